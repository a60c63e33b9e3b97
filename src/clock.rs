//! The clock: the only place that reads the time, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use chrono::DateTime;
use chrono::Utc;

/// Tells the time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Milliseconds since 1970 when the clock is set by hand.
    set: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// Makes a clock that stands still until it is set.
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self { set: Some(Arc::new(AtomicI64::new(now.timestamp_millis()))) }
    }

    /// Sets a clock made by [`Clock::fixed`].
    pub fn set(&self, now: DateTime<Utc>) {
        if let Some(millis) = &self.set {
            millis.store(now.timestamp_millis(), Ordering::Relaxed);
        }
    }

    /// Returns the time.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.set {
            Some(millis) => {
                DateTime::from_timestamp_millis(millis.load(Ordering::Relaxed)).unwrap_or_default()
            }
            None => Utc::now(),
        }
    }
}
