//! Licences of feeds: which are the same, and which one a feed is under.

/// Tells whether two addresses of licences name the same one: whether they begin with http or https and whether they
/// end with a slash does not matter.
pub fn is_same_license(a: &str, b: &str) -> bool {
    bare(a) == bare(b)
}

fn bare(license: &str) -> &str {
    let license = license.trim_end_matches('/');
    license.strip_prefix("https://").or_else(|| license.strip_prefix("http://")).unwrap_or(license)
}

/// Returns the licence of a feed after a page: the one it names, as it was written before where that is the same; the
/// one known before where it names none, unless that one is dropped now.
pub(super) fn license_after<'a>(
    known: Option<&'a str>,
    named: Option<&'a str>,
    is_dropped: bool,
) -> Option<&'a str> {
    match (known, named) {
        (Some(known), Some(named)) if is_same_license(known, named) => Some(known),
        (_, Some(named)) => Some(named),
        (known, None) => known.filter(|_| !is_dropped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_the_same_however_its_address_is_written() {
        let by = "https://creativecommons.org/licenses/by/4.0/";
        for (other, is_same) in [
            ("https://creativecommons.org/licenses/by/4.0", true),
            ("http://creativecommons.org/licenses/by/4.0/", true),
            ("http://creativecommons.org/licenses/by/4.0", true),
            ("https://creativecommons.org/licenses/by/3.0/", false),
            ("https://creativecommons.org/licenses/by-sa/4.0/", false),
            ("https://", false),
            ("", false),
        ] {
            assert_eq!(is_same_license(by, other), is_same, "{other}");
        }
    }
}
