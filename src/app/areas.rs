//! From configured areas to those the catalogue serves.

use super::vocabularies::holds_all;
use crate::catalogue::Area;
use crate::config;
use crate::config::Config;
use crate::config::ConfigError;
use crate::mapping::Rules;
use crate::places::LocalAuthority;

/// Returns the areas of a configuration; reads their outlines.
pub(super) fn areas(configured: &[config::Area]) -> Result<Vec<Area>, ConfigError> {
    configured.iter().map(area).collect()
}

fn area(configured: &config::Area) -> Result<Area, ConfigError> {
    let authorities = configured.local_authorities.iter();
    Ok(Area {
        slug: configured.slug.clone(),
        name: configured.name.clone(),
        authorities: authorities.filter_map(|code| LocalAuthority::parse(code)).collect(),
        postcodes: configured.postcodes.clone(),
        circle: configured.circle.map(|circle| (circle.lat, circle.lon, circle.km * 1000.0)),
        outline: configured.outline()?,
        publishers: configured.publishers.clone(),
        activities: configured.activities.clone(),
        include_online: configured.include_online,
    })
}

/// Returns the activities of areas that are in no vocabulary, by the numbers of area and activity; none before all
/// vocabularies that are switched on were read. A term that only a publisher has may be meant all the same.
pub(super) fn unlisted_activities(config: &Config, rules: &Rules) -> Vec<(usize, usize)> {
    if !holds_all(&config.mappings, rules) {
        return Vec::new();
    }
    let terms = rules.terms();
    let mut unlisted = Vec::new();
    for (number, area) in config.areas.iter().enumerate() {
        for (at, activity) in area.activities.iter().enumerate() {
            if !terms.iter().any(|term| Area::is_term(activity, term)) {
                unlisted.push((number, at));
            }
        }
    }
    unlisted
}
