//! Whatever a file says, reading it ends well.

use proptest::prelude::*;

use super::parse_with;

#[test]
fn a_deep_document_is_refused() {
    for text in ["a=".to_owned() + &"[".repeat(100_000), "a.".repeat(100_000) + "a=1"] {
        assert!(parse_with(&text, &[]).is_err());
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        drop(parse_with(&text, &[("BATON__FETCH__CONTACT", &text)]));
    }

    #[test]
    fn no_lines_panic(lines in prop::collection::vec(line(), 0..12), value in any::<String>()) {
        let result = parse_with(&lines.join("\n"), &[("A", &value), ("BATON__STORE__URL", &value)]);
        if let Ok(config) = result {
            prop_assert!(config.to_toml_masked().is_ok());
        }
    }
}

/// Lines that are nearly a configuration, so that most make it past the parser.
fn line() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "[server]",
        "[store]",
        "[fetch]",
        "[limits]",
        "[mappings]",
        "[[publishers]]",
        "[[areas]]",
    ]);
    let key = prop::sample::select(vec![
        "listen",
        "url",
        "timeout_secs",
        "trusted_proxies",
        "dir",
        "key",
        "name",
        "feeds",
        "headers.a",
        "options",
        "circle",
        "publishers",
        "postcodes",
        "x",
    ]);
    let value = prop_oneof![
        Just("\"${A}\"".to_owned()),
        Just("{ lat = 1, km = nan }".to_owned()),
        Just("[\"http://a.example\", 'a', [1]]".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| format!("{text:?}")),
    ];
    prop_oneof![
        head.prop_map(str::to_owned),
        (key, value).prop_map(|(key, value)| format!("{key} = {value}"))
    ]
}
