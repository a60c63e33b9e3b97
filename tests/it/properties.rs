//! Every property of the OpenActive model, class by class: what `docs/PROPERTIES.md` says becomes of it
//! is what becomes of it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use baton::openactive::is_property;
use serde_json::Map;
use serde_json::Value;

use crate::support::pipeline::read_json;
use crate::support::pipeline::run;

/// How a property goes, by class and name.
type Table = BTreeMap<String, BTreeMap<String, String>>;

#[tokio::test]
async fn a_property_changes_the_service_when_the_table_says_so_and_only_then() {
    let probes = read_json(&root().join("tests/fixtures/properties/probes.json"));
    let mut faults = Vec::new();
    for (class, rows) in &classes_in_items() {
        let probes = &probes[class];
        let tried: Vec<&String> = members(&probes["probes"]).keys().collect();
        let mut listed: Vec<&String> = rows.keys().collect();
        listed.sort();
        if tried.iter().collect::<BTreeSet<_>>() != listed.iter().collect::<BTreeSet<_>>() {
            faults.push(format!("{class}: probes of {tried:?}, rows of {listed:?}"));
            continue;
        }
        let plain = services(&probes["items"]).await;
        for (property, how) in rows {
            let should_change = match how.as_str() {
                "field" | "text" | "key" | "extension" => true,
                "marker" | "dropped" => false,
                other => panic!("{class}.{property}: what is {other}?"),
            };
            if changes(probes, &plain, property).await != should_change {
                faults.push(format!("{class}.{property} is not {how}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_table_has_every_property_of_the_model() {
    let folder = shared("reference/openactive/models-2.x");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let mut models = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        models.insert(name, read_json(&path));
    }
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (classes, rows) in classes_in_items().iter().filter(|(name, _)| !name.starts_with("ns-")) {
        for class in classes.split(", ") {
            seen.insert(class.to_owned());
            let listed: BTreeSet<String> = rows.keys().cloned().collect();
            compare(class, &listed, &own_and_inherited(&models, class), &mut faults);
        }
    }
    for (classes, properties) in classes_elsewhere() {
        let fields = classes.split(", ").flat_map(|class| own(&models[class]));
        compare(&classes, &properties, &fields.collect(), &mut faults);
        seen.extend(classes.split(", ").map(str::to_owned));
    }
    let all: BTreeSet<String> = models.keys().cloned().collect();
    compare("classes", &seen, &all, &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_property_of_the_table_is_known_by_name() {
    for (class, rows) in &classes_in_items() {
        for property in rows.keys() {
            assert!(is_property(property), "{class}.{property}");
        }
    }
}

/// Sets a property in the items of a class, and tells whether the services change. `plain` are those of
/// the items as they are.
async fn changes(class: &Value, plain: &Value, property: &str) -> bool {
    let probe = &class["probes"][property];
    let at = class["at"].as_str().unwrap();
    let mut items = class["items"].clone();
    let mut before = plain.clone();
    if let Some(with) = probe["with"].as_object() {
        with.iter().for_each(|(path, value)| set(&mut items, at, path, value));
        before = services(&items).await;
    }
    assert_ne!(before, Value::Array(Vec::new()), "{at} gives no service: {items}");
    let property =
        if matches!(property, "type" | "id") { &format!("@{property}") } else { property };
    set(&mut items, at, property, &probe["to"]);
    before != services(&items).await
}

async fn services(items: &Value) -> Value {
    let mapped = run(&serde_json::json!({"items": items})).await;
    mapped.services.iter().map(|(service, _)| serde_json::to_value(service).unwrap()).collect()
}

/// Sets the value at a path from a pointer, `..` leading up; `null` removes it.
fn set(items: &mut Value, at: &str, path: &str, value: &Value) {
    let mut steps: Vec<&str> = at.split('/').skip(1).collect();
    for step in path.split('/') {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    let last = steps.pop().unwrap();
    let owner = items.pointer_mut(&format!("/{}", steps.join("/"))).unwrap();
    if value.is_null() {
        owner.as_object_mut().unwrap().remove(last);
    } else {
        owner[last] = value.clone();
    }
}

/// Reads the sections of classes that stand in items.
fn classes_in_items() -> Table {
    let document = document();
    let (_, sections) = document.split_once("\n## Classes in items").unwrap();
    let (sections, _) = sections.split_once("\n## ").unwrap();
    let mut table = Table::new();
    for section in sections.split("\n### ").skip(1) {
        let (class, text) = section.split_once('\n').unwrap();
        let rows = rows(text).map(|cells| (cells[0].clone(), cells[2].clone()));
        table.insert(class.to_owned(), rows.collect());
    }
    assert!(table.len() > 30, "only {} classes", table.len());
    table
}

/// Reads the table of classes that are never part of an item.
fn classes_elsewhere() -> Vec<(String, BTreeSet<String>)> {
    let document = document();
    let (_, section) = document.split_once("\n## Classes that are never part of an item").unwrap();
    let properties = |cell: &str| cell.split(", ").map(str::to_owned).collect();
    rows(section).map(|cells| (cells[0].clone(), properties(&cells[1]))).collect()
}

/// Reads the rows of a table, without its head.
fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    lines.map(|line| {
        let cells = line.trim_matches(['|', ' ']).split(" | ");
        cells.map(|cell| cell.trim().to_owned()).collect()
    })
}

fn own(model: &Value) -> BTreeSet<String> {
    members(&model["fields"]).keys().cloned().collect()
}

/// The model lists with a slot those properties of Event that are meant for it.
fn own_and_inherited(models: &BTreeMap<String, Value>, class: &str) -> BTreeSet<String> {
    let model = &models[class];
    let mut fields = own(model);
    let parent = model["subClassOf"].as_str().and_then(|parent| parent.strip_prefix('#'));
    if let Some(parent) = parent.filter(|_| class != "Slot") {
        fields.extend(own_and_inherited(models, parent));
    }
    for name in model["notInSpec"].as_array().into_iter().flatten() {
        fields.remove(name.as_str().unwrap());
    }
    fields
}

fn compare(of: &str, a: &BTreeSet<String>, b: &BTreeSet<String>, faults: &mut Vec<String>) {
    let missing: Vec<_> = b.difference(a).collect();
    let unknown: Vec<_> = a.difference(b).collect();
    if !missing.is_empty() || !unknown.is_empty() {
        faults.push(format!("{of}: missing {missing:?}, unknown {unknown:?}"));
    }
}

fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn document() -> String {
    fs::read_to_string(root().join("docs/PROPERTIES.md")).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shared(path: &str) -> PathBuf {
    env::var_os("BATON_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from).join(path)
}
