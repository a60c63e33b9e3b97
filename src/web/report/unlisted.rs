//! What of a publisher is in no list, and why, so that nobody takes what is missing for what is fine.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gather::MAX_NAME;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::quality::Code;
use crate::store::ServiceRecord;
use crate::web::words;

/// How many services are named for each reason.
const MAX_NAMED: usize = 5;

/// Why a service is in no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    /// It has no dates, though its publisher sends those of others.
    NoDates,
    /// Its last date passed not long ago.
    Over,
    /// It says that it is cancelled, or its last date passed long ago.
    CancelledOrLongOver,
    /// Its feed is not republished.
    Withheld,
}

impl Why {
    /// Returns why lists do not show a service; nothing where they do.
    pub(super) fn of(record: &ServiceRecord) -> Option<Self> {
        let has_no_dates =
            || record.findings.iter().any(|finding| finding.code == Code::ScheduleMissing);
        match record.status {
            Status::Active | Status::TemporarilyClosed => None,
            Status::Inactive if has_no_dates() => Some(Self::NoDates),
            Status::Inactive => Some(Self::Over),
            Status::Defunct => Some(Self::CancelledOrLongOver),
        }
    }

    /// Tells whether nobody needs the service any more, so that how good it is says nothing.
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Over | Self::CancelledOrLongOver)
    }

    fn title(self) -> &'static str {
        match self {
            Self::NoDates => "without dates: neither a schedule nor a session was published",
            Self::Over => "over: the last date has passed",
            Self::CancelledOrLongOver => "cancelled, or over for more than 90 days",
            Self::Withheld => "of feeds that are not published",
        }
    }
}

/// How many services are in no list for one reason, and some of them.
#[derive(Debug, Serialize)]
pub(super) struct Unlisted {
    why: Why,
    pub(super) title: &'static str,
    pub(super) count: u64,
    pub(super) services: Vec<Named>,
}

/// A service by its name.
#[derive(Debug, Serialize)]
pub(super) struct Named {
    pub(super) id: Id,
    pub(super) name: String,
}

/// Counts services that are in no list.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<Why, (u64, Vec<Named>)>);

impl Counts {
    /// Counts a service and, where that is published, tells its name.
    pub(super) fn add(&mut self, why: Why, published: Option<&Service>) {
        let (count, named) = self.0.entry(why).or_default();
        *count += 1;
        if let Some(service) = published
            && named.len() < MAX_NAMED
        {
            named.push(Named { id: service.id, name: words::short(&service.name, MAX_NAME) });
        }
    }

    pub(super) fn unlisted(self) -> Vec<Unlisted> {
        let unlisted = |(why, (count, services)): (Why, _)| Unlisted {
            why,
            title: why.title(),
            count,
            services,
        };
        self.0.into_iter().map(unlisted).collect()
    }
}
