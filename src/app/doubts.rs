//! What a configuration says that can be used and is likely a slip: told by `baton config check`.

use std::sync::Arc;

use anyhow::Context as _;

use super::areas::unlisted_activities;
use super::store_lock::missing_folder;
use super::vocabularies;
use crate::config::Area;
use crate::config::Config;
use crate::mapping::Rules;
use crate::mapping::Ruleset;
use crate::mapping::shown_license;
use crate::places::District;
use crate::places::Gazetteer;
use crate::places::LocalAuthority;

/// Returns what is likely not meant so with these mapping rules, a line each, with the name of the key.
///
/// # Errors
/// When the built-in table of postcodes is damaged.
pub fn doubts(config: &Config, set: &Arc<Ruleset>) -> anyhow::Result<Vec<String>> {
    let mut doubts = Vec::new();
    if config.publishers.is_empty() {
        doubts.push("there is no `[[publishers]]`: nothing is followed".to_owned());
    }
    if let Some(folder) = missing_folder(&config.store.url) {
        doubts.push(format!("`store.url`: there is no folder {}", folder.display()));
    }
    for (index, publisher) in config.publishers.iter().enumerate() {
        if publisher.license.as_deref().is_some_and(|stated| shown_license(stated).is_none()) {
            doubts.push(format!(
                "`publishers[{index}].license` is no address of a licence: it counts and is shown nowhere"
            ));
        }
    }
    for (key, path, why) in config.mappings.unreadable_files() {
        doubts.push(format!("`mappings.{key}`: {} cannot be read: {why}", path.display()));
    }
    let mut rules = Rules::of(Arc::clone(set));
    vocabularies::put(&mut rules, vocabularies::in_files(&config.mappings));
    doubts.extend(unlisted_activities(config, &rules).into_iter().map(|(index, at)| {
        format!("`areas[{index}].activities[{at}]`: the vocabularies have no such activity")
    }));
    let needs_table =
        |area: &Area| !area.local_authorities.is_empty() || !area.postcodes.is_empty();
    if !config.areas.iter().any(needs_table) {
        return Ok(doubts);
    }
    let gazetteer = Gazetteer::embedded().context("reading the postcodes")?;
    let districts = gazetteer.districts();
    for (index, area) in config.areas.iter().enumerate() {
        let mut doubt = |key: &str, at: usize, what: &str| {
            let of = format!("`areas[{index}].{key}[{at}]`");
            doubts.push(format!("{of}: the built-in table of postcodes has none {what}"));
        };
        for (at, code) in area.local_authorities.iter().enumerate() {
            if !LocalAuthority::parse(code).is_some_and(|code| gazetteer.knows(code)) {
                doubt("local_authorities", at, "in this local authority");
            }
        }
        for (at, postcode) in area.postcodes.iter().enumerate() {
            if !districts.iter().any(|district| may_begin(&district.outward, postcode)) {
                doubt("postcodes", at, "that begins so");
            }
        }
    }
    Ok(doubts)
}

/// Tells whether postcodes of a district may begin so: letters alone are those before its number, and what reads as a
/// district is none of the sectors of a shorter one.
fn may_begin(district: &str, beginning: &str) -> bool {
    let is_district = District::is_name(beginning);
    let beginning = beginning.replace(' ', "");
    if beginning.chars().all(|letter| letter.is_ascii_alphabetic()) {
        let rest = district.strip_prefix(&beginning);
        return rest.is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    }
    district.starts_with(&beginning) || !is_district && beginning.starts_with(district)
}
