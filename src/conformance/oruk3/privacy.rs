//! What open data must not show: people's own numbers and addresses, and ways into meetings.
//!
//! Reports name the field only, never the value.

use serde_json::Value;

use crate::conformance::schema::Visit;

/// UK mobile numbers in texts and in numbers of phones.
pub(super) fn mobile_numbers(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for (name, value) in visit.object {
        let is_link =
            value.as_str().is_some_and(|text| text.contains("://") && !text.contains(' '));
        let shows = value.as_str().is_some_and(|text| !is_link && has_mobile_number(text));
        let is_numbered = PHONES_BEYOND_THE_PROFILE.contains(&name.as_str());
        if shows || is_numbered && any_text(value, &has_mobile_number) {
            problems.push(visit.told(name, "shows a mobile number"));
        }
    }
}

/// E-mail addresses at hosts for private persons.
pub(super) fn personal_emails(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for (name, value) in visit.object {
        if value.as_str().is_some_and(has_consumer_address) {
            problems.push(visit.told(name, "shows an address at a consumer mail host"));
        }
    }
}

/// Returns the fields of a record, at any depth, that show a way into an online meeting.
pub(super) fn joining_links(record: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    search_links(record, "$", &mut problems);
    problems
}

fn search_links(value: &Value, path: &str, problems: &mut Vec<String>) {
    match value {
        Value::String(text) if has_joining_link(text) => {
            problems.push(format!("{path} shows a joining link"));
        }
        Value::Array(elements) => {
            for element in elements {
                search_links(element, &format!("{path}[]"), problems);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                search_links(field, &format!("{path}.{name}"), problems);
            }
        }
        _ => {}
    }
}

/// Looks for hosts of meetings together with the part of the path that lets people in.
fn has_joining_link(text: &str) -> bool {
    let text = text.to_lowercase();
    JOINING_LINKS.iter().any(|(host, path)| {
        text.split(host).skip(1).any(|rest| {
            let rest = rest.split(char::is_whitespace).next().unwrap_or_default();
            rest.split_once(path).is_some_and(|(_, meeting)| !meeting.is_empty())
        })
    })
}

fn has_consumer_address(text: &str) -> bool {
    text.split('@').skip(1).any(|after| {
        let host = after
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            .collect::<String>()
            .to_lowercase();
        CONSUMER_HOSTS.contains(&host.trim_end_matches('.'))
    })
}

/// Eleven digits from `07`, or `+447` and nine more, with spaces or hyphens between.
fn has_mobile_number(text: &str) -> bool {
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        match c {
            '0'..='9' | '+' => run.push(c),
            ' ' | '-' | '(' | ')' | '\u{a0}' if !run.is_empty() => {}
            _ => {
                if is_mobile_number(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

fn is_mobile_number(run: &str) -> bool {
    let international = run.strip_prefix("+44").or_else(|| run.strip_prefix("0044"));
    let national = match international {
        Some(rest) => rest.trim_start_matches('0'),
        None => run.strip_prefix('0').unwrap_or_default(),
    };
    // 070 numbers are personal too; 076 are pagers, but for 07624, which is the Isle of Man.
    national.len() == 10 && national.starts_with('7')
}

fn any_text(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(elements) => elements.iter().any(|element| any_text(element, is)),
        Value::Object(fields) => fields.values().any(|field| any_text(field, is)),
        _ => false,
    }
}

/// Fields of the international standard that the UK profile leaves out and publishers send.
const PHONES_BEYOND_THE_PROFILE: [&str; 1] = ["phones"];

const JOINING_LINKS: [(&str, &str); 13] = [
    ("zoom.us", "/j/"),
    ("zoom.us", "/my/"),
    ("zoom.us", "/w/"),
    ("zoom.us", "/s/"),
    ("teams.microsoft.com", "/meetup-join"),
    ("teams.microsoft.com", "/meet/"),
    ("teams.live.com", "/meet"),
    ("meet.google.com", "/"),
    ("webex.com", "/meet/"),
    ("webex.com", "/j.php"),
    ("gotomeet.me", "/"),
    ("meet.jit.si", "/"),
    ("whereby.com", "/"),
];

const CONSUMER_HOSTS: [&str; 24] = [
    "aol.co.uk",
    "aol.com",
    "btinternet.com",
    "gmail.com",
    "gmx.co.uk",
    "gmx.com",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "live.co.uk",
    "live.com",
    "mac.com",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "sky.com",
    "talktalk.net",
    "virginmedia.com",
    "yahoo.co.uk",
    "yahoo.com",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobile_numbers_are_found_in_every_writing() {
        for text in ["Call 07700 900123.", "+44 7700 900 123", "(07700)-900-123", "0044 7700900123"]
        {
            assert!(has_mobile_number(text), "{text}");
        }
        for text in ["01632 960 100", "0300 555 0123", "10:30 to 11:30", "07700", "2026-01-07"] {
            assert!(!has_mobile_number(text), "{text}");
        }
    }

    #[test]
    fn joining_links_are_told_from_home_pages() {
        for text in ["https://us02web.zoom.us/j/123", "See https://MEET.google.com/abc-defg-hij."] {
            assert!(has_joining_link(text), "{text}");
        }
        for text in [
            "https://zoom.us",
            "https://whereby.com/",
            "on Zoom",
            "https://support.zoom.us/hc",
            "zoom.us and a/j/",
        ] {
            assert!(!has_joining_link(text), "{text}");
        }
    }

    #[test]
    fn consumer_addresses_are_found_in_texts() {
        assert!(has_consumer_address("Write to Jo.Bloggs@Gmail.com."));
        assert!(!has_consumer_address("hello@gmail.com.example.org"));
        assert!(!has_consumer_address("find us @gmail"));
    }
}
