//! Conformance: checks any Open Referral UK API or RPDE feed, rule by rule.
//!
//! [`check`] asks an API through a [`Client`] and judges the answers by the table of rules in
//! [`rule`]; it knows nothing of this gateway's own data, so that it judges everyone alike. It does
//! not decide how requests are made (that is the client's part) and does not print.
//!
//! Specifications: <https://openreferraluk.org/developers/compliance>,
//! <https://openactive.io/realtime-paged-data-exchange/>.

mod client;
mod discovery;
mod oruk1;
mod oruk3;
mod page;
mod record;
mod report;
mod rpde;
pub mod rule;
mod sample;
mod schema;
mod session;
#[cfg(test)]
mod tests;

use chrono::DateTime;
use chrono::Utc;
use thiserror::Error;
use url::Url;

use crate::quality::Code;

use self::report::Ledger;
use self::session::Session;

pub use self::client::Answer;
pub use self::client::Client;
pub use self::client::ClientError;
pub use self::client::HttpClient;
pub use self::discovery::Discovery;
pub use self::discovery::detect;
pub use self::report::Outcome;
pub use self::report::Report;
pub use self::report::RuleResult;
pub use self::rule::Level;
pub use self::rule::RULES;
pub use self::rule::Rule;
pub use self::schema::json_schemas;

/// What an API is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Open Referral UK 3.0, that is HSDS-UK 3.0.
    Oruk3,
    /// Open Referral UK 1.0.
    Oruk1,
    /// An OpenActive feed: Realtime Paged Data Exchange 1.0.
    Rpde,
}

impl Target {
    /// Returns the name of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oruk3 => "HSDS-UK-3.0",
            Self::Oruk1 => "ORUK-1.0",
            Self::Rpde => "RPDE-1.0",
        }
    }
}

/// Something found in an item of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFinding {
    /// The id of the item.
    pub item: String,
    /// What it is.
    pub code: Code,
    /// Whether the item cannot be used because of it.
    pub is_lost: bool,
}

/// Looks into the items of a page of a feed; whoever uses them knows what they should be.
pub type Inspect = fn(page: &[u8], now: DateTime<Utc>) -> Vec<ItemFinding>;

/// How thorough a check is.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many records of each list are read by their id.
    pub sample: usize,
    /// How many pages of each list, or of a feed, are read.
    pub max_pages: usize,
    /// Chooses the sample: the same seed chooses the same records.
    pub seed: u64,
    /// The time that staleness is measured from.
    pub now: DateTime<Utc>,
    /// Looks into the items of a feed; without it, only its pages are judged.
    pub inspect: Option<Inspect>,
}

impl Options {
    /// Returns the usual options: ten records a list, forty pages, nothing inside the items of feeds.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { sample: 10, max_pages: 40, seed: 1, now, inspect: None }
    }
}

/// Nothing answers at the URL, so there is nothing to judge.
#[derive(Debug, Error)]
#[error("no answer from {url}: {reason}")]
pub struct Unreachable {
    /// What was asked for.
    pub url: Url,
    /// What the client said.
    pub reason: String,
}

/// Checks the API or feed at `url` and returns every rule that was judged.
///
/// # Errors
/// When the first request gets no answer at all; an answer with any status is judged.
pub async fn check(
    client: &dyn Client,
    target: Target,
    url: &Url,
    options: &Options,
) -> Result<Report, Unreachable> {
    let mut session = Session::new(client, url);
    session.greet(url).await?;
    let mut ledger = Ledger::default();
    match target {
        Target::Oruk3 => oruk3::check(&mut session, &mut ledger, options).await,
        Target::Oruk1 => oruk1::check(&mut session, &mut ledger, options).await,
        Target::Rpde => rpde::check(&mut session, &mut ledger, options).await,
    }
    Ok(Report { target, url: url.to_string(), results: ledger.into_results() })
}
