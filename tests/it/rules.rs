//! Rules that are data: changed while the gateway runs, refused when they are wrong, overruled by the
//! publisher's own settings.

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const HEAD: &str = "activity,term,term_uri,term_id,taxonomy,taxonomy_uri\n";

/// Makes a row of a crosswalk into a council's own taxonomy.
fn row(activity: &str, term: &str) -> String {
    let base = "https://council.example/types";
    format!("{activity},{term},{base}/{},,Council types,{base}\n", term.to_lowercase())
}

/// Returns the names of the terms of a type that a service has.
fn terms(service: &Value, link_type: &str) -> Vec<String> {
    let attributes = service["attributes"].as_array().cloned().unwrap_or_default();
    let of_type = attributes.iter().filter(|attribute| attribute["link_type"] == link_type);
    of_type.map(|attribute| text(&attribute["taxonomy_term"]["name"])).collect()
}

async fn only_service(gateway: &Gateway) -> Value {
    let services = gateway.services().await;
    assert_eq!(services.len(), 1);
    services.into_values().next().unwrap()
}

/// Waits until the only service has exactly these service types.
async fn has_types(gateway: &Gateway, types: &[&str]) {
    let is_so =
        async || (terms(&only_service(gateway).await, "service_type") == types).then_some(());
    wait_until(&format!("service types {types:?}"), PATIENCE, is_so).await;
}

async fn says(gateway: &Gateway, words: &[&str]) {
    let is_said = async || {
        let said = gateway.said();
        said.lines().any(|line| words.iter().all(|word| line.contains(word))).then_some(())
    };
    wait_until(&format!("a line with {words:?}"), PATIENCE, is_said).await;
}

#[tokio::test]
async fn a_crosswalk_is_taken_over_while_the_gateway_runs_and_a_broken_one_is_not() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", items::series(1, "Stretch"));
    let settings = Settings::following(&[("one", vec![url])]).with_vocabularies();
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    has_types(&gateway, &[]).await;
    let before = only_service(&gateway).await;

    gateway.write_rules("crosswalks/council.csv", &format!("{HEAD}{}", row("yoga", "Relaxation")));
    has_types(&gateway, &["Relaxation"]).await;
    let after = only_service(&gateway).await;
    assert_eq!(after["id"], before["id"]);
    assert!(text(&after["last_modified"]) > text(&before["last_modified"]));
    let taxonomies = gateway.all("/v3/taxonomies").await;
    let council = taxonomies.iter().find(|taxonomy| taxonomy["name"] == "Council types").unwrap();
    let of_council = format!("/v3/taxonomies/{}", text(&council["id"]));
    assert_eq!(gateway.json(&of_council).await["taxonomy_terms"][0]["name"], "Relaxation");
    let filtered = format!("/v3/services?taxonomy_id={}", text(&council["id"]));
    assert_eq!(gateway.all(&filtered).await.len(), 1);

    gateway.write_rules("crosswalks/council.csv", &format!("{HEAD}\nyoga,,,,,\n"));
    says(&gateway, &["ERROR", "refused", "crosswalks/council.csv:3", "`term` is empty"]).await;
    has_types(&gateway, &["Relaxation"]).await;

    let mended = format!("{HEAD}{}{}", row("Group Exercise", "Exercise"), row("*", "Leisure"));
    gateway.write_rules("crosswalks/council.csv", &mended);
    has_types(&gateway, &["Exercise", "Leisure"]).await;

    // A row that has no effect is told of once, and not whenever rules change.
    let with_odd = mended + &row("Bog snorkelling", "Mud");
    gateway.write_rules("crosswalks/council.csv", &with_odd);
    says(&gateway, &["WARN", "a row has no effect", "bog snorkelling"]).await;
    gateway.write_rules("crosswalks/council.csv", &(with_odd + &row("Yoga", "Relaxation")));
    has_types(&gateway, &["Relaxation", "Leisure"]).await;
    assert_eq!(gateway.said().matches("bog snorkelling").count(), 1);
}

#[tokio::test]
async fn the_nearest_activity_with_a_row_gives_the_term() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", items::series(1, "Stretch"));
    let settings = Settings::following(&[("one", vec![url])]).with_vocabularies();
    let mut gateway = Gateway::new(&settings);
    let rows =
        [row("Group Exercise", "Exercise"), row("Yoga", "Relaxation"), row("Tai Chi", "Calm")];
    gateway.write_rules("crosswalks/council.csv", &format!("{HEAD}{}", rows.concat()));
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.start_again().await;
    has_types(&gateway, &["Relaxation"]).await;
}

#[tokio::test]
async fn texts_and_lists_of_sources_are_data() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    let mut series = items::series(1, "Stretch");
    series["level"] = json!("Beginner");
    series["organizer"]["legalName"] = json!("Riverside Trust Limited");
    publisher.upsert("/feed", "1", series);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    let before = only_service(&gateway).await;
    assert!(text(&before["description"]).contains("\nLevel: Beginner"), "{before}");

    gateway.write_rules("templates.toml", "line_level = \"Suits: {text}\"\nline_who_for = \"\"\n");
    gateway.write_rules("fields.toml", "organization.name = [\"legalName\", \"name\"]\n");
    let is_so = async || {
        let service = only_service(&gateway).await;
        (service["organization"]["name"] == "Riverside Trust Limited").then_some(service)
    };
    let after = wait_until("the legal name", PATIENCE, is_so).await;
    assert_eq!(after["description"], "Everybody is welcome.\n\nSuits: Beginner.");
}

#[tokio::test]
async fn a_preset_decides_what_the_publisher_does_not() {
    let publisher = FakePublisher::start().await;
    for (key, name) in [("asked", "Asked"), ("silent", "Silent")] {
        let path = format!("/{key}");
        publisher.feed(&path, 9);
        let mut series = items::series(key, name);
        series["organizer"] = json!({"@type": "Person", "name": "Jo Example"});
        publisher.upsert(&path, key, series);
    }
    let of = |key: &str, more: &str| {
        let url = publisher.url(&format!("/{key}"));
        format!("key = \"{key}\"\nname = \"Publisher {key}\"\nfeeds = [{url:?}]\n{more}\n")
    };
    let settings = Settings::default()
        .publisher(&of("silent", "preset = \"imin-firehose\""))
        .publisher(&of("asked", "preset = \"imin-firehose\"\nrepublish = true"));
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Asked"]);
    assert!(!gateway.said().contains("not acted on"), "{}", gateway.said());
    let organizer = |service: Value| text(&service["organization"]["name"]);
    assert_eq!(organizer(only_service(&gateway).await), "Jo Example");

    let legend = of("asked", "preset = \"legend\"");
    gateway.configure(&Settings::default().publisher(&legend));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    assert_eq!(organizer(only_service(&gateway).await), "Publisher asked");

    let own = format!("{legend}options = {{ person_organizer = \"name\" }}\n");
    gateway.configure(&Settings::default().publisher(&own));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    assert_eq!(organizer(only_service(&gateway).await), "Jo Example");
    let printed = gateway.run(&["config", "print"]).await.stdout;
    let printed = String::from_utf8(printed).unwrap();
    for line in ["person_organizer = \"name\"", "contact_names = \"team\""] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
    // Nobody vouches for the feed, so what is printed must not.
    assert!(!printed.contains("republish"), "{printed}");
    gateway.configure(&settings);
    let printed = String::from_utf8(gateway.run(&["config", "print"]).await.stdout).unwrap();
    let printed: toml::Table = printed.parse().unwrap();
    let republish = |at: usize| printed["publishers"][at]["republish"].as_bool();
    assert_eq!((republish(0), republish(1)), (Some(false), Some(true)), "{printed}");
}

#[tokio::test]
async fn wrong_rules_are_told_before_anything_is_begun() {
    let of = |preset: &str| {
        let feed = "https://a.example.org/f";
        let text =
            format!("key = \"a\"\nname = \"A\"\npreset = \"{preset}\"\nfeeds = [\"{feed}\"]\n");
        Settings::default().publisher(&text)
    };
    let cases = [
        ("publishers/mine.toml", "name = \"M\"\n\n[options]\nstrict = 5\n", "mine.toml:4: "),
        ("fields.toml", "service.names = []\n", "fields.toml:1: `service.names`"),
        ("crosswalks/x.csv", "activity\n", "x.csv:1: the first row must be activity,term,"),
        ("taxonomies/extra.csv", "a,b\n", "taxonomies/extra.csv:1: is no file of rules"),
        (
            "publishers/other.toml",
            "name = \"O\"\n",
            "`publishers[0].preset`: there is no preset mine",
        ),
    ];
    for (file, body, words) in cases {
        let gateway = Gateway::new(&of("mine"));
        if !file.starts_with("publishers") {
            gateway.write_rules("publishers/mine.toml", "name = \"M\"\n");
        }
        gateway.write_rules(file, body);
        for command in [&["config", "check"][..], &["serve"], &["harvest"]] {
            let output = gateway.run(command).await;
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{file}: {said}");
            assert!(said.lines().count() == 1 && said.contains(words), "{file}: {said}");
        }
    }
    let gateway = Gateway::new(&of("open-sessions"));
    let output = gateway.run(&["config", "check"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("presets: 6"));
}

#[tokio::test]
async fn uris_that_are_not_trusted_count_within_their_publisher() {
    let publisher = FakePublisher::start().await;
    let urls: Vec<_> = ["/one", "/two"].map(|path| publisher.feed(path, 9)).into();
    for path in ["/one", "/two"] {
        publisher.upsert(path, "1", items::series(1, &format!("Class of {path}")));
        publisher.upsert(path, "s1", items::session(1, items::uri("series", 1), 7));
    }
    let settings = |options: &str| {
        let of = |key: &str, url: &str| {
            format!(
                "key = \"{key}\"\nname = \"{key}\"\nfeeds = [{url:?}]\noptions = {{ {options} }}\n"
            )
        };
        Settings::default().publisher(&of("one", &urls[0])).publisher(&of("two", &urls[1]))
    };
    let trusted = Gateway::start(&settings("")).await;
    trusted.settled().await;
    assert_eq!(trusted.names().await, ["Class of /one"]);
    let scoped = Gateway::start(&settings("id_trust = \"scoped\"")).await;
    scoped.settled().await;
    assert_eq!(scoped.names().await, ["Class of /one", "Class of /two"]);
    for service in scoped.services().await.values() {
        assert_eq!(service["schedules"].as_array().unwrap().len(), 1, "{service}");
    }
    assert_eq!(scoped.all("/v3/organizations").await.len(), 2);
    assert_eq!(scoped.all("/v3/locations").await.len(), 2);
}

#[tokio::test]
async fn every_option_has_its_effect() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    let mut series = items::series(1, "Stretch");
    series["level"] = json!("Beginner");
    series["beta:contactPoint"] = json!({"name": "Jo Example", "telephone": "0117 496 0123"});
    publisher.upsert("/feed", "1", series);
    let settings = |options: &str| {
        let of =
            format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n[publishers.options]\n");
        Settings::default().publisher(&format!("{of}{options}\n"))
    };
    let mut gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    let plain = only_service(&gateway).await;
    assert_eq!((&plain["minimum_age"], &plain["assurer_email"]), (&Value::Null, &Value::Null));
    assert_eq!(plain["contacts"][0]["name"], "Riverside Leisure Trust");
    assert!(plain["x_openactive"].is_object());

    let all = "strict = true\nassume_adult = true\ndescribe_extras = false\ncontact_names = \"keep\"\n\
               assurer_email = \"data@one.example\"\nassured_date = \"2026-11-02\"";
    gateway.configure(&settings(all));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    let service = only_service(&gateway).await;
    assert_eq!(service["minimum_age"], 18);
    assert_eq!(service["description"], "Everybody is welcome.");
    assert_eq!(service["contacts"][0]["name"], "Jo Example");
    assert_eq!(service["assurer_email"], "data@one.example");
    assert_eq!(service["assured_date"], "2026-11-02");
    assert!(service["x_openactive"].is_null());
    let v1 = gateway.all("/v1/services").await;
    assert_eq!(v1[0]["assured_date"], "2026-11-02");
    let id = text(&service["id"]);
    let explained = gateway.json(&format!("/v3/services/{id}?explain=true")).await;
    assert_eq!(explained["service"], service);
}

#[tokio::test]
async fn exceptions_are_dates_for_programs_where_the_operator_asks_for_it() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let mut series = items::series(1, "Weekly class");
    series["eventSchedule"] = json!([{
        "@type": "PartialSchedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Tuesday"],
        "startTime": "18:30",
        "exceptDate": ["2999-12-31", "2999-12-24", "2020-12-22"],
    }, {
        "@type": "PartialSchedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Friday"],
        "startTime": "18:30",
    }]);
    publisher.upsert("/feed", "1", series);
    let settings = |options: &str| {
        let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n");
        Settings::default().publisher(&format!("{of}options = {{ {options} }}\n"))
    };
    let gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    let exceptions = async || {
        let service = only_service(&gateway).await;
        let rows = service["schedules"].as_array().unwrap().clone();
        let of = |day: &str| rows.iter().find(|row| row["byday"] == day).cloned().unwrap();
        assert!(text(&of("TU")["notes"]).contains("31 Dec 2999"), "{rows:?}");
        [of("TU")["x_openactive"].clone(), of("FR")["x_openactive"].clone()]
    };
    assert_eq!(exceptions().await, [Value::Null, Value::Null]);
    let listed = json!({"except_dates": ["2999-12-24", "2999-12-31"]});
    gateway.configure(&settings("except_dates = true"));
    let is_so = async || (exceptions().await == [listed.clone(), Value::Null]).then_some(());
    wait_until("exceptions as dates", PATIENCE, is_so).await;
    gateway.configure(&settings("except_dates = true, strict = true"));
    let is_so = async || (exceptions().await == [Value::Null, Value::Null]).then_some(());
    wait_until("the strict form", PATIENCE, is_so).await;
}

/// Returns a class that differs from others of its kind only in its time.
fn aqua(id: &str, day: &str, time: &str) -> Value {
    let mut series = items::series(id, &format!("Aqua Aerobics {day} {time}"));
    series["eventSchedule"] = json!([{
        "@type": "PartialSchedule",
        "repeatFrequency": "P1W",
        "byDay": [format!("https://schema.org/{day}")],
        "startTime": time,
        "duration": "PT45M",
    }]);
    series
}

/// Classes of which two differ only in their times, and a gateway that can be told to fold them.
struct Classes {
    publisher: FakePublisher,
    url: String,
    gateway: Gateway,
}

/// The names of the classes apart.
const APART: [&str; 4] = [
    "Aqua Aerobics Friday 12:00",
    "Aqua Aerobics Monday 10:00",
    "Aqua Aerobics Tuesday 18:00",
    "Bend",
];

/// The names of the classes folded: the one on Friday has another price.
const FOLDED: [&str; 3] = ["Aqua Aerobics", "Aqua Aerobics Friday 12:00", "Bend"];

impl Classes {
    async fn start(fold: &str) -> Self {
        let publisher = FakePublisher::start().await;
        let url = publisher.feed("/feed", 1);
        publisher.upsert("/feed", "c", aqua("c", "Tuesday", "18:00"));
        publisher.upsert("/feed", "a", aqua("a", "Monday", "10:00"));
        let mut dearer = aqua("b", "Friday", "12:00");
        dearer["offers"] = json!([{"price": 9, "priceCurrency": "GBP"}]);
        publisher.upsert("/feed", "b", dearer);
        publisher.upsert("/feed", "d", items::series("d", "Bend"));
        let gateway = Gateway::start(&Self::settings(&url, fold)).await;
        Self { publisher, url, gateway }
    }

    fn settings(url: &str, fold: &str) -> Settings {
        let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n");
        Settings::default().publisher(&format!("{of}options = {{ fold = {fold} }}\n"))
    }

    async fn start_again(&mut self, fold: &str) {
        self.gateway.configure(&Self::settings(&self.url, fold));
        assert_eq!(self.gateway.stop().await, Some(0));
        self.gateway.start_again().await;
    }

    async fn show(&self, names: &[&str]) {
        let is_so = async || (self.gateway.names().await == names).then_some(());
        wait_until(&format!("services {names:?}"), PATIENCE, is_so).await;
        self.gateway.settled().await;
    }

    async fn named(&self, name: &str) -> Value {
        let services = self.gateway.services().await;
        services.into_values().find(|service| service["name"] == name).unwrap()
    }
}

const FOLD: &str = "\"name+place\"";

#[tokio::test]
async fn series_that_differ_only_in_their_times_are_folded_where_the_operator_asks() {
    let mut classes = Classes::start("false").await;
    classes.show(&APART).await;
    let monday = classes.named(APART[1]).await["id"].clone();
    let tuesday = text(&classes.named(APART[2]).await["id"]);
    classes.start_again(FOLD).await;
    classes.show(&FOLDED).await;
    let whole = classes.named("Aqua Aerobics").await;
    // `.../series/a` is the smallest key.
    assert_eq!(whole["id"], monday);
    let rows = whole["schedules"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["service_id"] == monday), "{rows:?}");
    let times: Vec<_> =
        rows.iter().map(|row| (text(&row["byday"]), text(&row["opens_at"]))).collect();
    let expected = [("MO", "10:00"), ("TU", "18:00")].map(|(d, t)| (d.to_owned(), t.to_owned()));
    assert_eq!(times, expected);
    assert_eq!(whole["service_at_locations"].as_array().unwrap().len(), 1);
    for path in ["v3/services/", "v1/services/"] {
        for slash in ["", "/"] {
            let moved = classes.gateway.json(&format!("/{path}{tuesday}{slash}")).await;
            assert_eq!(moved["id"], monday, "{path}{slash}: the redirect is followed");
        }
    }
    for end in ["", "/why", ".geojson"] {
        let part = classes.gateway.get(&format!("/find/{tuesday}{end}")).await;
        let whole = classes.gateway.get(&format!("/find/{}{end}", text(&monday))).await;
        assert_eq!(part.status, 200, "{end}: the redirect is followed");
        assert_eq!(part.header("content-type"), whole.header("content-type"), "{end}");
    }
    let address = format!("/v3/services/{}?explain=true", text(&monday));
    let explained = classes.gateway.json(&address).await;
    let series = [(&monday, APART[1], true), (&json!(tuesday), APART[2], false)].map(
        |(id, name, is_explained)| json!({ "id": id, "name": name, "is_explained": is_explained }),
    );
    assert_eq!(explained["series"], json!(series));
    let why = classes.gateway.get(&format!("/find/{}/why", text(&monday))).await.text();
    assert!(why.contains("2 series that differ only in their times"), "{why}");
    assert!(APART[1..3].iter().all(|name| why.contains(&format!("“{name}”"))), "{why}");
    classes.start_again("false").await;
    classes.show(&APART).await;
    let explained = classes.gateway.json(&address).await;
    assert_eq!(explained["series"], Value::Null, "one series alone is not folded");

    // What folding would change can be seen beforehand.
    assert_eq!(classes.gateway.stop().await, Some(0));
    classes.gateway.configure(&Classes::settings(&classes.url, FOLD));
    let told = classes.gateway.run(&["remap", "--diff", "--json"]).await;
    let told = String::from_utf8(told.stdout).unwrap();
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changes: Vec<_> = told.iter().map(|of| (&of["service"], &of["change"])).collect();
    assert_eq!(changes, [(&monday, &json!("changed")), (&json!(tuesday), &json!("withdrawn"))]);
    let fields = told[0]["fields"].as_array().unwrap();
    assert!(fields.iter().any(|field| field["field"] == "name"), "{fields:?}");
}

#[tokio::test]
async fn a_folded_service_follows_what_becomes_of_its_series() {
    let mut classes = Classes::start(FOLD).await;
    classes.show(&FOLDED).await;
    let monday = text(&classes.named("Aqua Aerobics").await["id"]);
    classes.publisher.upsert("/feed", "c", aqua("c", "Tuesday", "19:30"));
    let has = async || {
        let rows = classes.named("Aqua Aerobics").await["schedules"].clone();
        rows.as_array().unwrap().iter().any(|row| row["opens_at"] == "19:30").then_some(())
    };
    wait_until("the new time", PATIENCE, has).await;
    // The first one goes, and leaves the other to itself.
    classes.publisher.delete("/feed", "a");
    classes.show(&["Aqua Aerobics Friday 12:00", "Aqua Aerobics Tuesday 19:30", "Bend"]).await;
    let address = format!("/v3/services/{monday}");
    assert_eq!(classes.gateway.get(&address).await.status, 410);
    classes.publisher.upsert("/feed", "a", aqua("a", "Monday", "10:00"));
    classes.show(&FOLDED).await;
    assert_eq!(classes.gateway.json(&address).await["name"], "Aqua Aerobics");
    let told = classes.gateway.run(&["remap", "--diff"]).await;
    assert_eq!((told.status.code(), told.stdout.len()), (Some(0), 0), "{told:?}");
    classes.start_again(FOLD).await;
    classes.show(&FOLDED).await;
}

#[tokio::test]
async fn what_one_of_folded_series_says_of_itself_is_not_said_of_the_others() {
    let classes = Classes::start(FOLD).await;
    classes.show(&FOLDED).await;
    let with_status = |series: &Value, status: &str| {
        let mut series = series.clone();
        series["eventStatus"] = status.into();
        series
    };
    let (monday, tuesday) = (aqua("a", "Monday", "10:00"), aqua("c", "Tuesday", "18:00"));
    let moved = "This activity has been moved to a new date or time.";
    let draft = "Status as published: Draft. Check with the provider before travelling.";
    for (of_monday, of_tuesday, alert, days) in [
        ("", "EventCancelled", "Tuesdays, 18:00 to 18:45: This activity is cancelled.", vec!["MO"]),
        ("", "EventRescheduled", &format!("Tuesdays, 18:00 to 18:45: {moved}"), vec!["MO", "TU"]),
        ("Draft", "", &format!("Mondays, 10:00 to 10:45: {draft}"), vec!["MO", "TU"]),
        (
            "Draft",
            "EventRescheduled",
            &format!("Mondays, 10:00 to 10:45: {draft} Tuesdays, 18:00 to 18:45: {moved}"),
            vec!["MO", "TU"],
        ),
        ("EventRescheduled", "EventRescheduled", moved, vec!["MO", "TU"]),
    ] {
        classes.publisher.upsert("/feed", "a", with_status(&monday, of_monday));
        classes.publisher.upsert("/feed", "c", with_status(&tuesday, of_tuesday));
        let says_it = async || {
            let whole = classes.named("Aqua Aerobics").await;
            (whole["alert"] == alert).then_some(whole)
        };
        let whole = wait_until(alert, PATIENCE, says_it).await;
        assert_eq!(whole["status"], "active", "{alert}");
        let rows = whole["schedules"].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| &row["byday"]).collect::<Vec<_>>(), days, "{alert}");
    }
}
