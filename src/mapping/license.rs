//! The licence of a feed, as its publisher states it.

use super::url::web_address;

/// Returns a licence as it may be shown. One that is no address, or an address that lets somebody in, counts as
/// stated all the same.
pub fn shown_license(stated: &str) -> Option<String> {
    web_address(stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_that_lets_somebody_in_is_not_shown() {
        let address = "https://creativecommons.org/licenses/by/4.0/";
        assert_eq!(shown_license(address).as_deref(), Some(address));
        for stated in [
            "CC BY 4.0",
            "https://sam:s3@example.org/licence",
            "https://us02web.zoom.us/j/8531234567?pwd=s3",
            "javascript:alert(1)",
        ] {
            assert_eq!(shown_license(stated), None, "{stated}");
        }
    }
}
