//! The table of quirks: each has a case in which its finding is made, and the document is the table.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use baton::quality::Code;
use baton::quality::QUIRKS;

use crate::support::pipeline::cases;
use crate::support::pipeline::fixtures;
use crate::support::pipeline::read_json;
use crate::support::pipeline::run;

#[tokio::test]
async fn every_quirk_has_a_case_in_which_its_finding_is_made() {
    let mut faults = Vec::new();
    for quirk in QUIRKS {
        let folder = fixtures().join(quirk.fixture);
        if !folder.join("expect.json").exists() {
            faults.push(format!("{}: no such case", quirk.fixture));
            continue;
        }
        let mapped = run(&read_json(&folder.join("input.json"))).await;
        let of_services = mapped.services.iter().flat_map(|(_, codes)| codes);
        let of_items = mapped.of_items.iter().chain(&mapped.counted);
        let mut found: Vec<Code> = of_services.chain(of_items).copied().collect();
        // Nobody maps an orphan: it is told as a count.
        found.extend((mapped.orphans > 0).then_some(Code::ParentMissing));
        if let Some(code) = quirk.finding.filter(|code| !found.contains(code)) {
            faults.push(format!("{}: {code} is not found, but {found:?}", quirk.fixture));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_case_of_a_quirk_is_numbered_as_in_the_table() {
    let is_known = |number: &str| QUIRKS.iter().any(|quirk| quirk.number.to_string() == number);
    for folder in cases("expect.json") {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("quirk-") else { continue };
        assert!(is_known(rest.split('-').next().unwrap()), "{name}");
    }
    for quirk in QUIRKS {
        assert!(quirk.fixture.starts_with(&format!("quirk-{}-", quirk.number)), "{quirk:?}");
    }
    // Those of 22 to 60 that are about single items; the others are about feeds and catalogues.
    let of_feeds = [49, 53, 60];
    for number in (22..=60).filter(|number| !of_feeds.contains(number)) {
        assert!(is_known(&number.to_string()), "quirk {number} has no row");
    }
}

/// `BATON_WRITE_DOCS=1` writes the document.
#[test]
fn the_document_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/QUIRKS.md");
    let written = fs::read_to_string(&path).unwrap_or_default();
    let (before, rest) = written.split_once(BEGIN).expect("the mark before the table");
    let (_, after) = rest.split_once(END).expect("the mark behind the table");
    let expected = format!("{before}{BEGIN}\n{}{END}{after}", table());
    if env::var_os("BATON_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert_eq!(written, expected, "run this test with BATON_WRITE_DOCS=1");
}

fn table() -> String {
    let mut text = String::from(
        "| No. | Quirk | Why | When | What is done | Finding | Case |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for quirk in QUIRKS {
        let finding = quirk.finding.map_or_else(|| "none".to_owned(), |code| format!("`{code}`"));
        let case = quirk.fixture;
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {finding} | [{case}](../tests/fixtures/mapping/{case}) |",
            quirk.number, quirk.name, quirk.why, quirk.when, quirk.repair
        )
        .unwrap();
    }
    text
}

const BEGIN: &str = "<!-- table -->";

const END: &str = "<!-- end of table -->";
