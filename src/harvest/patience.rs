//! How long to wait: at a feed's end, and after failures.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/#http-status-codes>.

use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;
use rand::RngExt as _;

/// First wait after a failure; doubles each time.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// Longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// How often a publisher may say it is busy before it is left alone for an hour or two.
const BUSY_LIMIT: u32 = 3;

/// How often a publisher must say that a feed is gone before that is believed.
pub(super) const GONE_LIMIT: u32 = 3;

/// What part of the time since its last change is waited before a feed is asked again.
const QUIET_PART: u32 = 30;

/// How many times as long as configured is waited for a feed that did not change for long.
const QUIET_TIMES: u32 = 4;

/// At which multiples of it feeds are asked. Waking up for one feed costs three times what asking it does.
const TICK: Duration = Duration::from_millis(500);

/// Returns how long to wait at the end of a feed: as long as configured, longer the longer it has been
/// `quiet_for`, or as the page may be kept, which is believed up to an hour; give or take a tenth, so that feeds
/// do not fall into step.
pub(super) fn at_end(
    configured: Duration,
    quiet_for: Duration,
    max_age: Option<Duration>,
) -> Duration {
    let patient = (quiet_for / QUIET_PART).clamp(configured, configured * QUIET_TIMES);
    jittered(patient.max(max_age.unwrap_or_default().min(LONGEST_WAIT)))
}

/// Returns how long to wait after the `failures`th failure in a row. What a publisher asks for may be longer, never
/// shorter than that: a time that is over already would have it asked for ever.
pub(super) fn after_failure(
    failures: u32,
    status: Option<u16>,
    retry_after: Option<Duration>,
) -> Duration {
    let is_busy = matches!(status, Some(429 | 503));
    if is_busy && failures >= BUSY_LIMIT && retry_after.is_none() {
        let minutes = rand::rng().random_range(60..=120);
        return Duration::from_secs(minutes * 60);
    }
    let doubled = FIRST_WAIT
        .saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let asked = retry_after.unwrap_or_default().min(Duration::from_hours(24));
    jittered(doubled.min(LONGEST_WAIT)).max(asked)
}

/// Returns a wait that ends when those of other feeds do: longer by up to a tick, unless it is so short that this
/// would be much.
pub(super) fn together(now: DateTime<Utc>, wait: Duration) -> Duration {
    if wait < TICK * 4 {
        return wait;
    }
    let begun = Duration::from_millis(now.timestamp_subsec_millis().into());
    let ticks = (begun + wait).as_millis().div_ceil(TICK.as_millis());
    TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX)).saturating_sub(begun)
}

fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(rand::rng().random_range(0.9..=1.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(wait: Duration) -> f64 {
        wait.as_secs_f64()
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        for (failures, expected) in [(1, 5.0), (2, 10.0), (5, 80.0), (12, 3600.0), (60, 3600.0)] {
            let wait = secs(after_failure(failures, Some(500), None));
            assert!((expected * 0.9..=expected * 1.1).contains(&wait), "{failures}: {wait}");
        }
    }

    #[test]
    fn a_busy_publisher_is_left_alone() {
        assert_eq!(
            after_failure(1, Some(429), Some(Duration::from_secs(7))),
            Duration::from_secs(7)
        );
        assert!(secs(after_failure(1, Some(503), None)) < 10.0);
        let (day, week) = (Duration::from_hours(24), Duration::from_hours(24 * 7));
        assert_eq!(after_failure(9, Some(503), Some(day)), day);
        assert_eq!(after_failure(1, Some(503), Some(week)), day);
        assert!((3600.0..=7200.0).contains(&secs(after_failure(3, Some(503), None))));
    }

    #[test]
    fn nobody_is_asked_more_often_for_asking_for_little() {
        for status in [429, 503, 500, 403] {
            for (failures, expected) in [(1, 5.0), (2, 10.0), (5, 80.0), (12, 3600.0)] {
                for asked in [Duration::ZERO, Duration::from_secs(2)] {
                    let wait = secs(after_failure(failures, Some(status), Some(asked)));
                    let is_right = (expected * 0.9..=expected * 1.1).contains(&wait);
                    assert!(is_right, "{status} {failures} {asked:?}: {wait}");
                }
            }
            let longer = Duration::from_hours(3);
            assert_eq!(after_failure(4, Some(status), Some(longer)), longer);
        }
    }

    #[test]
    fn the_end_of_a_feed_is_asked_for_as_often_as_may_be() {
        let (eight, now) = (Duration::from_secs(8), Duration::ZERO);
        let wait = secs(at_end(eight, now, Some(Duration::from_mins(1))));
        assert!((54.0..=66.0).contains(&wait));
        assert!(secs(at_end(eight, now, None)) <= 8.8);
        let wait = secs(at_end(Duration::from_hours(2), now, Some(Duration::from_hours(3))));
        assert!((6480.0..=7920.0).contains(&wait), "{wait}");
        assert!(secs(at_end(eight, now, Some(Duration::from_hours(3)))) <= 3960.0);
    }

    #[test]
    fn feeds_are_asked_at_the_same_moments() {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let (from_whole, from_part) = (at(1_700_000_000_000), at(1_700_000_000_123));
        for (now, wait, expected) in [
            (from_whole, 8_000, 8_000),
            (from_whole, 8_001, 8_500),
            (from_part, 8_000, 8_377),
            (from_part, 7_877, 7_877),
            (from_part, 7_378, 7_877),
            (at(-877), 8_000, 8_377),
            (from_part, 1_999, 1_999),
            (from_part, 0, 0),
        ] {
            let millis = Duration::from_millis;
            assert_eq!(together(now, millis(wait)), millis(expected), "{now} {wait}");
        }
    }

    #[test]
    fn a_feed_that_did_not_change_for_long_is_asked_less_often() {
        for (quiet_mins, expected) in [(0, 8.0), (4, 8.0), (8, 16.0), (16, 32.0), (60_000, 32.0)] {
            let wait = secs(at_end(Duration::from_secs(8), Duration::from_mins(quiet_mins), None));
            assert!((expected * 0.9..=expected * 1.1).contains(&wait), "{quiet_mins}: {wait}");
        }
    }
}
