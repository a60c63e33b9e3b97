//! From configured areas to those the catalogue serves.

use crate::catalogue::Area;
use crate::config;
use crate::config::ConfigError;
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
