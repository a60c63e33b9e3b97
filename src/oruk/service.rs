//! Services.

use serde::Deserialize;
use serde::Serialize;

use super::attribute::Attribute;
use super::contact::Contact;
use super::cost_option::CostOption;
use super::id::Id;
use super::location::ServiceAtLocation;
use super::number;
use super::organization::Organization;
use super::schedule::Schedule;

/// Whether a service can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It runs.
    Active,
    /// It does not run at present; it may come back.
    #[serde(rename = "temporarily closed")]
    TemporarilyClosed,
    /// Its last date passed not long ago.
    Inactive,
    /// It is over.
    Defunct,
}

impl Status {
    /// Tells whether lists show the service.
    pub fn is_listed(self) -> bool {
        matches!(self, Self::Active | Self::TemporarilyClosed)
    }

    /// Returns the word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::TemporarilyClosed => "temporarily closed",
            Self::Inactive => "inactive",
            Self::Defunct => "defunct",
        }
    }
}

/// A [service](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#service): one thing a
/// person can be told to go to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Derived from the opportunity.
    pub id: Id,
    /// Who provides it.
    pub organization_id: Id,
    /// Programme it belongs to (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_id: Option<Id>,
    /// Name.
    pub name: String,
    /// The publisher's text, then a line for each fact the profile has no field for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Page about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Public e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it can be used.
    pub status: Status,
    /// Prices in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees: Option<String>,
    /// Quality marks of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accreditations: Option<String>,
    /// Youngest age in years, fractions allowed.
    #[serde(
        default,
        serialize_with = "number::serialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub minimum_age: Option<f64>,
    /// Oldest age in years.
    #[serde(
        default,
        serialize_with = "number::serialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub maximum_age: Option<f64>,
    /// When whoever answers for the data last confirmed it, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assured_date: Option<String>,
    /// The mailbox of whoever answers for the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurer_email: Option<String>,
    /// What changed for the next weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// When the content last changed: RFC 3339, milliseconds, `Z`.
    pub last_modified: String,
    /// How to book (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_process: Option<String>,
    /// Prices in words (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees_description: Option<String>,
    /// Who it is for (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligibility_description: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// Where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_at_locations: Vec<ServiceAtLocation>,
    /// Languages it is given in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// Who provides it, in full.
    pub organization: Organization,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_options: Vec<CostOption>,
    /// Programme in full (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Activities, levels and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Where the record comes from; always there but in the strict form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_openactive: Option<OpenActiveSource>,
}

/// A [language](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#language).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// Derived from service and code, else name.
    pub id: Id,
    /// The service.
    pub service_id: Id,
    /// Language tag (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Name, where no code is known (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A [program](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#program).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Derived from the programme.
    pub id: Id,
    /// Who runs it.
    pub organization_id: Id,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
}

/// An identifier as published: text, or a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SourceId {
    /// A number.
    Number(i64),
    /// A URI or other text.
    Text(String),
}

/// The documented extension `x_openactive`: where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenActiveSource {
    /// Type of the opportunity.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its identifier as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SourceId>,
    /// The dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Licence of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// An image of the opportunity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Set when the organisation stands in for an organiser that was not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_source: Option<String>,
}
