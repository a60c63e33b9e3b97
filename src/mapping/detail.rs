//! Details by which people are reached, and what lets people in: which of them must not be published.

use super::contact::contact_point;
use super::context::Context;
use super::location::access_details;
use super::organization::private_details;

/// Returns what must stand in no text of the publisher: how a private organiser is reached, but for what the
/// contact point publishes, and what lets into meetings.
pub(super) fn withheld(cx: &Context<'_>) -> Vec<String> {
    let private = private_details(cx).filter(|detail| !is_public(cx, detail));
    let details = private.chain(access_details(cx)).filter(|detail| !detail.is_empty());
    details.map(str::to_owned).collect()
}

fn is_public(cx: &Context<'_>, detail: &str) -> bool {
    let point = contact_point(cx);
    let published = point.into_iter().flat_map(|point| [&point.email, &point.telephone]);
    published.into_iter().any(|published| is_same(published.as_str(), detail))
}

/// Tells whether a published detail is, or holds, another one, however the two are written.
pub(super) fn is_same(published: &str, detail: &str) -> bool {
    let (published, detail) = (without_scheme(published), without_scheme(detail));
    if detail.contains('@') {
        return published.eq_ignore_ascii_case(detail);
    }
    number_of(detail).is_some_and(|number| digits(published).contains(&number))
}

/// Returns the digits of a number without what is dialled before them at home or from abroad; nothing for an
/// address, and for what is too short to reach anybody.
pub(super) fn number_of(detail: &str) -> Option<String> {
    let number = digits(detail);
    let number =
        ["0044", "44"].iter().find_map(|code| number.strip_prefix(code)).unwrap_or(&number);
    let number = number.trim_start_matches('0');
    (number.len() >= SHORTEST_NUMBER && !detail.contains('@')).then(|| number.to_owned())
}

/// Returns an address or a number without the scheme of a link.
pub(super) fn without_scheme(detail: &str) -> &str {
    let detail = detail.trim();
    let scheme = detail.split_once(':').filter(|(scheme, _)| {
        ["mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    });
    scheme.map_or(detail, |(_, rest)| rest.trim())
}

/// The `(0)` of `+44 (0)113` is not dialled.
fn digits(number: &str) -> String {
    number.replace("(0)", "").chars().filter(char::is_ascii_digit).collect()
}

/// Digits of the shortest number that reaches somebody.
const SHORTEST_NUMBER: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_known_however_it_is_written() {
        for (published, detail, expected) in [
            ("07700 900123", "07700900123", true),
            ("+44 7700 900123", "07700 900123", true),
            ("+44 (0)7700 900123", "tel:07700-900-123", true),
            ("tel:07700900123", "0044 7700 900123", true),
            ("0113 496 0000 or 07700 900123", "+447700900123", true),
            ("mailto:Jane@Example.org ", "jane@example.org", true),
            ("mary-jane@example.org", "jane@example.org", false),
            ("0113 496 0000", "07700 900123", false),
            ("0113 496 0000", "", false),
        ] {
            assert_eq!(is_same(published, detail), expected, "{published} {detail}");
        }
    }
}
