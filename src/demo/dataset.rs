//! The five sample datasets and their feeds: what the dataset sites list and the routes serve.

use super::calendar::Calendar;
use super::courses;
use super::feed::Draft;
use super::leisure;
use super::online;
use super::open_sessions;
use super::sportsuite;

/// A publisher with its dataset site.
#[derive(Debug)]
pub(super) struct Dataset {
    pub(super) key: &'static str,
    pub(super) publisher: &'static str,
    pub(super) website: &'static str,
    pub(super) email: &'static str,
    pub(super) about: &'static str,
    pub(super) listings: &'static [Listing],
}

/// A feed as a dataset site lists it.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) path: &'static str,
    pub(super) kind: &'static str,
    pub(super) modified_unit: Unit,
    /// Writes the items the feed starts with.
    pub(super) drafts: fn(Calendar) -> Vec<Draft>,
}

/// What a feed counts `modified` in; live publishers differ.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

pub(super) const DATASETS: [Dataset; 5] = [
    Dataset {
        key: "open-sessions",
        publisher: "Avonmeet Open Sessions",
        website: "https://avonmeet.example.org",
        email: "data@avonmeet.example.org",
        about: "Community groups around Bristol list their own sessions here, most of them free.",
        listings: &[Listing {
            path: open_sessions::SERIES,
            kind: "SessionSeries",
            modified_unit: Unit::Seconds,
            drafts: open_sessions::drafts,
        }],
    },
    Dataset {
        key: "sportsuite",
        publisher: "Severn Active Network",
        website: "https://severnactive.example.org",
        email: "opendata@severnactive.example.org",
        about: "Programmes of the Severn Active Network: series and one-off events in one feed, each \
                with its dates inside.",
        listings: &[Listing {
            path: sportsuite::SESSIONS,
            kind: "SessionSeries",
            modified_unit: Unit::Seconds,
            drafts: sportsuite::drafts,
        }],
    },
    Dataset {
        key: "leisure",
        publisher: "Avonvale Leisure",
        website: "https://avonvale.example.org",
        email: "opendata@avonvale.example.org",
        about: "Courts, pitches, halls and the class timetable of the Avonvale leisure centres.",
        listings: &[
            Listing {
                path: leisure::FACILITY_USES,
                kind: "FacilityUse",
                modified_unit: Unit::Milliseconds,
                drafts: leisure::facility_drafts,
            },
            Listing {
                path: leisure::SLOTS,
                kind: "Slot",
                modified_unit: Unit::Milliseconds,
                drafts: leisure::slot_drafts,
            },
            Listing {
                path: leisure::SERIES,
                kind: "SessionSeries",
                modified_unit: Unit::Milliseconds,
                drafts: leisure::series_drafts,
            },
            Listing {
                path: leisure::SESSIONS,
                kind: "ScheduledSession",
                modified_unit: Unit::Milliseconds,
                drafts: leisure::session_drafts,
            },
        ],
    },
    Dataset {
        key: "courses",
        publisher: "Kingfisher Learning and Sport",
        website: "https://kingfisher.example.org",
        email: "hello@kingfisher.example.org",
        about: "Courses that are joined as a whole, with every date listed.",
        listings: &[Listing {
            path: courses::INSTANCES,
            kind: "CourseInstance",
            modified_unit: Unit::Milliseconds,
            drafts: courses::drafts,
        }],
    },
    Dataset {
        key: "online",
        publisher: "Quayside Online Classes",
        website: "https://quayside.example.org",
        email: "team@quayside.example.org",
        about: "Live classes by video and one recording.",
        listings: &[Listing {
            path: online::SERIES,
            kind: "SessionSeries",
            modified_unit: Unit::Milliseconds,
            drafts: online::drafts,
        }],
    },
];

/// Returns every feed's listing, dataset by dataset.
pub(super) fn listings() -> impl Iterator<Item = (&'static Dataset, &'static Listing)> {
    DATASETS
        .iter()
        .flat_map(|dataset| dataset.listings.iter().map(move |listing| (dataset, listing)))
}
