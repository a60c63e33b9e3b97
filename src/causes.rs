//! Telling an error together with what caused it, as logs and answers do: errors themselves mostly leave that out.

use std::error::Error;

/// Writes an error with all its causes on one line. What was said already is not said again.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Said(&'static str, Option<Box<Self>>);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Said {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn every_cause_is_told_once() {
        let disk = Said("the disk is full", None);
        let same = Said("the disk is full", Some(Box::new(disk)));
        let failed = Said("the database failed", Some(Box::new(same)));
        assert_eq!(with_causes(&failed), "the database failed: the disk is full");
        assert_eq!(with_causes(&Said("closed", None)), "closed");
    }
}
