//! The exact line said about what is refused.

use super::complaint;

#[test]
fn names_that_are_wrong_are_told() {
    let cases = [
        (
            "[fetch]\ntime_out_secs = 3",
            "2:1: unknown key `fetch.time_out_secs`; did you mean `timeout_secs`?",
        ),
        (
            "[fetch]\ncolour = 3",
            "2:1: unknown key `fetch.colour`; known here: contact, poll_interval_secs, timeout_secs, max_page_mib, allow_private_networks",
        ),
        ("\n  [fetsh]\n", "2:4: unknown key `fetsh`; did you mean `fetch`?"),
        (
            "fetch.tiemout_secs = 3",
            "1:7: unknown key `fetch.tiemout_secs`; did you mean `timeout_secs`?",
        ),
        (
            "[server]\n\"a\\nb\" = 3",
            "2:1: unknown key `server.\"a\\nb\"`; known here: listen, public_url, admin_token",
        ),
        (
            "[[publishers]]\nfeed = []",
            "2:1: unknown key `publishers[0].feed`; did you mean `feeds`?",
        ),
        (
            "[[publishers]]\n[[publishers]]\noptions = { strickt = true }",
            "3:13: unknown key `publishers[1].options.strickt`; did you mean `strict`?",
        ),
        (
            "[[publishers]]\npolicy = { max_stale_day = 1 }",
            "2:12: unknown key `publishers[0].policy.max_stale_day`; did you mean `max_stale_days`?",
        ),
        (
            "[[areas]]\ncircle = { lat = 1, lng = 2 }",
            "2:21: unknown key `areas[0].circle.lng`; known here: lat, lon, km",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(complaint(text, &[]), format!("baton.toml:{expected}"), "{text}");
    }
}

#[test]
fn types_that_are_wrong_are_told() {
    let cases = [
        ("[cache]\nmax_mib = \"1\"", "2:11: `cache.max_mib` must be a whole number, not text"),
        (
            "[cache]\nmax_mib = 1.5",
            "2:11: `cache.max_mib` must be a whole number, not a decimal number",
        ),
        (
            "[cache]\nmax_mib = 2024-01-01",
            "2:11: `cache.max_mib` must be a whole number, not a date or time",
        ),
        (
            "[fetch]\nallow_private_networks = 1",
            "2:26: `fetch.allow_private_networks` must be true or false, not a whole number",
        ),
        ("[server]\nlisten = 8080", "2:10: `server.listen` must be text, not a whole number"),
        ("cache = 3", "1:9: `cache` must be a table, not a whole number"),
        ("[publishers]\nkey = \"a\"", "1:1: `publishers` must be a list, not a table"),
        (
            "[[publishers]]\nfeeds = \"https://a.example\"",
            "2:9: `publishers[0].feeds` must be a list, not text",
        ),
        (
            "[[publishers]]\nfeeds = [\"é\", true]",
            "2:15: `publishers[0].feeds[1]` must be text, not true or false",
        ),
        (
            "[[publishers]]\nheaders = { A = 1 }",
            "2:17: `publishers[0].headers.A` must be text, not a whole number",
        ),
        (
            "[[areas]]\ncircle = { lat = \"1\" }",
            "2:18: `areas[0].circle.lat` must be a number, not text",
        ),
        ("[server\nlisten", "1:8: not TOML: unclosed table, expected `]`"),
        ("[cache]\nmax_mib = 1\nmax_mib = 2", "3:1: not TOML: duplicate key"),
    ];
    for (text, expected) in cases {
        assert_eq!(complaint(text, &[]), format!("baton.toml:{expected}"), "{text}");
    }
}

#[test]
fn policies_that_cannot_be_kept_are_told() {
    let cases = [
        ("max_stale_days = 0", "must be between 1 and 3660"),
        ("hard_delete_days = 1", "must be between 2 and 3660"),
        ("resync_days = -1", "must be between 1 and 3660"),
        ("min_poll_secs = 0", "must be between 1 and 86400"),
    ];
    for (line, expected) in cases {
        let publisher =
            "[[publishers]]\nkey = \"a\"\nname = \"A\"\nfeeds = [\"https://a.example\"]";
        let told = complaint(&format!("{publisher}\n[publishers.policy]\n{line}"), &[]);
        assert!(told.ends_with(expected) && told.starts_with("baton.toml:6:"), "{told}");
    }
}

#[test]
fn values_that_are_wrong_are_told() {
    let cases = [
        (
            "[server]\nlisten = \"localhost\"",
            "2:10: `server.listen` must be an IP address and a port, such as 127.0.0.1:8080",
        ),
        (
            "[server]\npublic_url = \"gateway.example\"",
            "2:14: `server.public_url` must be an http or https address",
        ),
        (
            "[server]\npublic_url = \"https://u:p@a.example\"",
            "2:14: `server.public_url` must have no user, query or fragment: everybody sees it",
        ),
        ("[server]\nadmin_token = \" \"", "2:15: `server.admin_token` must not be empty"),
        (
            "[store]\nurl = \"baton.db\"",
            "2:7: `store.url` must be sqlite:PATH or postgres://USER@HOST/DATABASE",
        ),
        (
            "[store]\nurl = \"sqlite:\"",
            "2:7: `store.url` must be sqlite:PATH or postgres://USER@HOST/DATABASE",
        ),
        (
            "[store]\nurl = \"postgres://baton@one.example,two.example:port/db\"",
            "2:7: `store.url` must be sqlite:PATH or postgres://USER@HOST/DATABASE",
        ),
        ("[cache]\nmax_mib = 0", "2:11: `cache.max_mib` must be between 1 and 1048576"),
        (
            "[fetch]\npoll_interval_secs = 0",
            "2:22: `fetch.poll_interval_secs` must be between 1 and 86400",
        ),
        (
            "[fetch]\ntimeout_secs = 99999999999999999999",
            "2:16: `fetch.timeout_secs` must be between 1 and 3600",
        ),
        ("[fetch]\nmax_page_mib = -1", "2:16: `fetch.max_page_mib` must be between 1 and 256"),
        ("[fetch]\nmax_page_mib = 257", "2:16: `fetch.max_page_mib` must be between 1 and 256"),
        (
            "[fetch]\ncontact = \"a\\nb\"",
            "2:11: `fetch.contact` must be plain ASCII: it goes into a header",
        ),
        (
            "[limits]\nrequests_per_minute = 0",
            "2:23: `limits.requests_per_minute` must be between 1 and 10000000",
        ),
        (
            "[limits]\ntrusted_proxies = [\"::1\", \"10.0.0.0/64\"]",
            "2:27: `limits.trusted_proxies[1]` must be a network such as 10.0.0.0/8, or an IP address",
        ),
        (
            "[mappings]\nactivity_list = \"ftp://a.example\"",
            "2:17: `mappings.activity_list` must be an http or https address",
        ),
        ("[mappings]\ndir = \"\"", "2:7: `mappings.dir` must not be empty"),
    ];
    for (text, expected) in cases {
        assert_eq!(complaint(text, &[]), format!("baton.toml:{expected}"), "{text}");
    }
}

#[test]
fn publishers_that_are_wrong_are_told() {
    let cases = [
        ("name = \"A\"\ndataset = \"https://a.example\"", "1:1: `publishers[0].key` is missing"),
        ("key = \"a\"\ndataset = \"https://a.example\"", "1:1: `publishers[0].name` is missing"),
        (
            "key = \"A b\"\nname = \"A\"\ndataset = \"https://a.example\"",
            "2:7: `publishers[0].key` must be 1 to 64 of a-z, 0-9 and `-`",
        ),
        ("key = \"a\"\nname = \"A\"", "1:1: `publishers[0]` needs `feeds` or `dataset`"),
        (
            "key = \"a\"\nname = \"A\"\nfeeds = []",
            "1:1: `publishers[0]` needs `feeds` or `dataset`",
        ),
        (
            "key = \"a\"\nname = \"A\"\nfeeds = [\"file:///etc/passwd\"]",
            "4:10: `publishers[0].feeds[0]` must be an http or https address",
        ),
        (
            "key = \"a\"\nname = \"A\"\nfeeds = [\"https://a.example\",\n \"https://A.example/\"]",
            "5:2: `publishers[0].feeds[1]` repeats `publishers[0].feeds[0]`",
        ),
        (
            "key = \"a\"\nname = \"A\"\ndataset = \"a.example\"",
            "4:11: `publishers[0].dataset` must be an http or https address",
        ),
        (
            "key = \"a\"\nname = \"A\"\ndataset = \"https://a.example\"\npreset = \"../x\"",
            "5:10: `publishers[0].preset` must be 1 to 64 of a-z, 0-9 and `-`",
        ),
        (
            "key = \"a\"\nname = \"A\"\ndataset = \"https://a.example\"\nheaders = { \"a b\" = \"x\" }",
            "5:21: `publishers[0].headers.\"a b\"` is not the name of a header",
        ),
        (
            "key = \"a\"\nname = \"A\"\ndataset = \"https://a.example\"\nheaders.A = \"x\\ny\"",
            "5:13: `publishers[0].headers.A` must be the value of a header: one line, not empty",
        ),
        (
            "key = \"a\"\nname = \"A\"\ndataset = \"https://a.example\"\n[[publishers]]\nkey = \"a\"\nname = \"B\"\ndataset = \"https://b.example\"",
            "6:7: `publishers[1].key` repeats `publishers[0].key`",
        ),
    ];
    for (entry, expected) in cases {
        let text = format!("[[publishers]]\n{entry}");
        assert_eq!(complaint(&text, &[]), format!("baton.toml:{expected}"), "{text}");
    }
}

#[test]
fn areas_that_are_wrong_are_told() {
    let publisher =
        "[[publishers]]\nkey = \"leisure\"\nname = \"L\"\ndataset = \"https://l.example\"\n";
    let cases = [
        ("postcodes = [\"BS\"]\nname = \"A\"", "5:1: `areas[0].slug` is missing"),
        (
            "slug = \"a\"\nname = \"A\"",
            "5:1: `areas[0]` needs `local_authorities`, `postcodes`, `circle`, `polygon`, `publishers` or `activities`",
        ),
        (
            "slug = \"a\"\nname = \"A\"\npublishers = [\"leisrue\"]",
            "8:15: `areas[0].publishers[0]` is not the key of a publisher; did you mean `leisure`?",
        ),
        (
            "slug = \"a\"\nname = \"A\"\npublishers = [\"x\"]",
            "8:15: `areas[0].publishers[0]` is not the key of a publisher",
        ),
        (
            "slug = \"a\"\nname = \"A\"\nlocal_authorities = [\"Bristol\"]",
            "8:22: `areas[0].local_authorities[0]` must be a code such as E06000023",
        ),
        (
            "slug = \"a\"\nname = \"A\"\npostcodes = [\"\"]",
            "8:14: `areas[0].postcodes[0]` must be the beginning of a postcode such as BS or BS1",
        ),
        (
            "slug = \"a\"\nname = \"A\"\ncircle = { lat = 91, lon = 0, km = 1 }",
            "8:18: `areas[0].circle.lat` must be between -90 and 90",
        ),
        (
            "slug = \"a\"\nname = \"A\"\ncircle = { lat = 51, lon = nan, km = 1 }",
            "8:28: `areas[0].circle.lon` must be between -180 and 180",
        ),
        (
            "slug = \"a\"\nname = \"A\"\ncircle = { lat = 51, lon = 0, km = 0 }",
            "8:36: `areas[0].circle.km` must be between 0.001 and 1000",
        ),
        (
            "slug = \"a\"\nname = \"A\"\ncircle = { lat = 51, lon = 0 }",
            "8:10: `areas[0].circle.km` is missing",
        ),
        (
            "slug = \"a\"\nname = \"A\"\nactivities = [\"\"]",
            "8:15: `areas[0].activities[0]` must not be empty",
        ),
        (
            "slug = \"a\"\nname = \"A\"\npostcodes = [\"B\"]\n[[areas]]\nslug = \"a\"\nname = \"A\"\npolygon = \"a\"",
            "10:8: `areas[1].slug` repeats `areas[0].slug`",
        ),
    ];
    for (entry, expected) in cases {
        let text = format!("{publisher}[[areas]]\n{entry}");
        assert_eq!(complaint(&text, &[]), format!("baton.toml:{expected}"), "{text}");
    }
}

#[test]
fn variables_that_are_wrong_are_told() {
    let cases = [
        (
            "BATON__FETCH__TIME_OUT_SECS",
            "3",
            "unknown key `fetch.time_out_secs`; did you mean `timeout_secs`?",
        ),
        ("BATON__FETSH__TIMEOUT_SECS", "3", "unknown key `fetsh`; did you mean `fetch`?"),
        ("BATON__FETCH", "3", "names no setting; expected BATON__SECTION__KEY"),
        ("BATON__FETCH__TIMEOUT_SECS", "soon", "`fetch.timeout_secs` must be a whole number"),
        ("BATON__FETCH__TIMEOUT_SECS", "0", "`fetch.timeout_secs` must be between 1 and 3600"),
        (
            "BATON__FETCH__ALLOW_PRIVATE_NETWORKS",
            "yes",
            "`fetch.allow_private_networks` must be true or false",
        ),
        ("BATON__SERVER__ADMIN_TOKEN", "", "`server.admin_token` must not be empty"),
        (
            "BATON__LIMITS__TRUSTED_PROXIES",
            "::1,x",
            "`limits.trusted_proxies[1]` must be a network such as 10.0.0.0/8, or an IP address",
        ),
        ("BATON__PUBLISHERS__KEY", "a", "`publishers` must be a list, not a table"),
    ];
    for (name, value, expected) in cases {
        assert_eq!(complaint("", &[(name, value)]), format!("{name}: {expected}"));
    }
    assert_eq!(
        complaint("publishers = []", &[("BATON__PUBLISHERS__KEY", "a")]),
        "BATON__PUBLISHERS__KEY: `publishers` is not a table, so a variable cannot set a key of it"
    );
}

#[test]
fn variables_that_are_missing_are_told() {
    let cases = [
        ("${BATON_TOKEN}", "needs the environment variable `BATON_TOKEN`, which is not set"),
        ("${BATON_TOKEN", "has `${` without a name and `}`; write `$${` for the text `${`"),
        ("${}", "has `${` without a name and `}`; write `$${` for the text `${`"),
        ("${marker-secret}", "has `${` without a name and `}`; write `$${` for the text `${`"),
    ];
    for (written, expected) in cases {
        let text = format!("[server]\nadmin_token = \"{written}\"\n");
        let expected = format!("baton.toml:2:15: `server.admin_token` {expected}");
        assert_eq!(complaint(&text, &[]), expected);
    }
}

#[test]
fn all_problems_of_a_step_are_told_in_the_order_of_the_file() {
    let shape =
        "[zzz]\n[fetch]\nx = 1\ntimeout_secs = true\ncontact = \"${A}\"\n[cache]\nmax_mib = []\n";
    let expected = "baton.toml:1:2: unknown key `zzz`; known here: server, store, cache, fetch, \
                    guard, limits, mappings, web, publishers, areas\n\
                    baton.toml:3:1: unknown key `fetch.x`; known here: contact, \
                    poll_interval_secs, timeout_secs, max_page_mib, allow_private_networks\n\
                    baton.toml:4:16: `fetch.timeout_secs` must be a whole number, not true or false\n\
                    baton.toml:5:11: `fetch.contact` needs the environment variable `A`, which is not set\n\
                    baton.toml:7:11: `cache.max_mib` must be a whole number, not a list\n\
                    BATON__FETCH__Y: unknown key `fetch.y`; known here: contact, \
                    poll_interval_secs, timeout_secs, max_page_mib, allow_private_networks";
    assert_eq!(complaint(shape, &[("BATON__FETCH__Y", "1")]), expected);

    let meaning = "[fetch]\ntimeout_secs = 0\n[cache]\nmax_mib = 0\n";
    assert_eq!(complaint(meaning, &[]).lines().count(), 2);
}

#[test]
fn a_base_map_that_is_wrong_is_told() {
    let fault = "baton.toml:3:9: `web.tiles` must be an http or https address of one host with {z}, {x} and {y}, and no user";
    for tiles in [
        "",
        "tiles/{z}/{x}/{y}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://name:word@tiles.example/{z}/{x}/{y}.png",
        "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "https://*.example/{z}/{x}/{y}.png",
        "https://a.example;script-src/{z}/{x}/{y}.png",
    ] {
        let text = format!("[web]\ntiles_attribution = \"a\"\ntiles = {tiles:?}\n");
        assert_eq!(complaint(&text, &[]), fault, "{tiles}");
    }
    let unnamed = "[web]\ntiles = \"https://tiles.example/{z}/{x}/{y}.png\"\n";
    let fault = "baton.toml:1:1: `web.tiles_attribution` is missing: name who made the base map";
    assert_eq!(complaint(unnamed, &[]), fault);
}
