//! `[guard]`: how much a feed may lose before it is paused.

use serde::Deserialize;
use serde::Serialize;

use super::check::Check;
use super::key_path::KeyPath;

/// How much a feed may lose before it is paused and the operator is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// The share of its services, in per cent, that a feed may lose within the window; 50 by default,
    /// 100 lets everything through.
    pub loss_percent: u64,
    /// How many services a feed may lose whatever their share; 10 by default.
    pub least_services: u64,
    /// How long losses are added up, in hours; 24 by default.
    pub window_hours: u64,
}

impl Default for Guard {
    fn default() -> Self {
        Self { loss_percent: 50, least_services: 10, window_hours: 24 }
    }
}

/// `[guard]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawGuard {
    loss_percent: Option<i64>,
    least_services: Option<i64>,
    window_hours: Option<i64>,
}

impl RawGuard {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Guard {
        let default = Guard::default();
        Guard {
            loss_percent: check.whole(
                &at.key("loss_percent"),
                self.loss_percent,
                0..=100,
                default.loss_percent,
            ),
            least_services: check.whole(
                &at.key("least_services"),
                self.least_services,
                0..=MOST_SERVICES,
                default.least_services,
            ),
            window_hours: check.whole(
                &at.key("window_hours"),
                self.window_hours,
                1..=YEAR_HOURS,
                default.window_hours,
            ),
        }
    }
}

/// More than there are in the country.
const MOST_SERVICES: u64 = 100_000_000;
const YEAR_HOURS: u64 = 366 * 24;
