//! Secrets stay out of everything that is printed.

use super::parse;
use super::parse_with;
use super::whole;

#[test]
fn what_is_printed_is_complete_and_masked() {
    let printed = whole().to_toml_masked().unwrap();
    for expected in [
        "admin_token = \"***\"",
        "url = \"postgres://***:***@db/baton\"",
        "X-API-KEY = \"***\"",
        "rpde/events?key=***\"",
        "trusted_proxies = [\"10.0.0.0/8\", \"::1/128\"]",
        "contact_names = \"keep\"",
        "km = 12.5",
        "accessibility_support = \"\"",
        "tiles = \"https://tiles.example:8443/{z}/{x}/{y}.png?key=***\"",
    ] {
        assert!(printed.contains(expected), "{expected} in\n{printed}");
    }
    // All but secrets survives a round.
    let again = parse(&printed);
    assert_eq!(again.to_toml_masked().unwrap(), printed);
    assert_eq!(again.areas, whole().areas);
    assert_eq!(again.mappings, whole().mappings);
}

#[test]
fn a_secret_is_never_printed() {
    let config = whole();
    let token = config.server.admin_token.clone().unwrap();
    let texts = [
        format!("{config:?}"),
        format!("{config:#?}"),
        format!("{token} {token:?}"),
        config.to_toml_masked().unwrap(),
        serde_json::to_string(&config).unwrap(),
    ];
    for text in texts {
        assert!(!text.contains("marker"), "{text}");
    }
}

#[test]
fn a_secret_is_in_no_message_wherever_it_stands() {
    let places = [
        "[server]\nlisten = \"${S}\"",
        "[server]\npublic_url = \"${S}\"",
        "[store]\nurl = \"${S}\"",
        "[cache]\nmax_mib = \"${S}\"",
        "[fetch]\ncontact = \"${S}é\"",
        "[limits]\ntrusted_proxies = [\"${S}\"]",
        "[mappings]\nactivity_list = \"ftp://${S}\"",
        "[web]\ntiles = \"https://${S}/{z}\"",
        "[[publishers]]\nkey = \"${S}\"",
        "[[publishers]]\nfeeds = [\"${S}\", \"http://${S}\", \"http://${S}\"]",
        "[[publishers]]\npreset = \"../${S}\"",
        "[[publishers]]\nheaders.A = \"${S}\\n\"",
        "[[publishers]]\noptions.strict = \"${S}\"",
        "[[areas]]\npublishers = [\"${S}\"]",
        "[[areas]]\nlocal_authorities = [\"${S}\"]",
        "[[areas]]\npostcodes = [\"${S}\"]",
        "[[areas]]\ncircle = \"${S}\"",
        "publishers = \"${S}\"",
        // Not TOML, and written out.
        "[server]\nadmin_token = \"marker-secret",
        "[server]\nadmin_token = marker-secret",
        "[server]\nadmin_token = 'a' marker-secret",
        "[server]\nadmin_token = \"\\q marker-secret\"",
    ];
    for text in places {
        let error = parse_with(text, &[("S", "marker-secret")]).expect_err(text);
        let said = format!("{error} {error:?}");
        assert!(!said.contains("marker"), "{said}");
    }
}
