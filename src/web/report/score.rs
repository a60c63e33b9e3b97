//! The score of a publisher: rules that add up to 100, each with what would raise it.

use serde::Serialize;

use super::completeness::Field;

/// A rule, how many points it gave, and what would give more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    pub(super) title: &'static str,
    pub(super) points: u32,
    pub(super) most: u32,
    /// What would raise it; nothing when no more can be had.
    pub(super) advice: Option<&'static str>,
}

/// What is scored beside the fields. Each is a share: how many, of how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    /// Feeds that are read without trouble.
    pub(super) healthy_feeds: (u64, u64),
    /// Feeds that state a licence.
    pub(super) licensed_feeds: (u64, u64),
    /// Items that can be used.
    pub(super) usable_items: (u64, u64),
    /// Items that do not wait for a parent.
    pub(super) parented_items: (u64, u64),
}

/// Points for each field: its path, points, advice.
const FIELDS: [(&str, u32, &str); 9] = [
    ("description", 8, "Describe each activity for people who do not know it"),
    ("schedules", 10, "Publish days and times of each activity, as eventSchedule or as sessions"),
    ("service_at_locations", 6, "Publish where each activity takes place, or that it is online"),
    ("location.latitude", 6, "Publish geo of each place, so that people find what is near"),
    ("address.postal_code", 4, "Publish the full postcode of each place"),
    ("cost_options", 6, "Publish offers with prices, also when they are 0"),
    ("url", 4, "Publish a page about each activity where people can read more and book"),
    ("attributes.activity", 4, "Use activities of the OpenActive activity list"),
    ("minimum_age", 2, "Publish ageRange, also when all ages are welcome"),
];

/// Returns the rules with their points, those that lack most first.
pub(super) fn rules(shares: Shares, fields: &[Field]) -> Vec<Rule> {
    let Shares { healthy_feeds, licensed_feeds, usable_items, parented_items } = shares;
    let mut rules = vec![
        rule("Feeds can be read", 15, healthy_feeds, "Mend the feeds that cannot be read"),
        rule(
            "Feeds state a licence",
            10,
            licensed_feeds,
            "State a licence in every page of every feed",
        ),
        rule(
            "Items can be used",
            15,
            usable_items,
            "Mend the items that cannot be used, listed below",
        ),
        rule(
            "Sessions have their parent",
            10,
            parented_items,
            "Publish the series or facilities that sessions and slots refer to",
        ),
    ];
    rules.extend(FIELDS.iter().filter_map(|(path, most, advice)| {
        let field = fields.iter().find(|field| field.field == *path)?;
        Some(rule(field.title, *most, (field.percent, 100), advice))
    }));
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.most - rule.points));
    rules
}

/// Returns the sum of the points.
pub(super) fn score(rules: &[Rule]) -> u32 {
    rules.iter().map(|rule| rule.points).sum()
}

/// Points are rounded down, so that all of them means that nothing is lacking.
fn rule(title: &'static str, most: u32, (got, of): (u64, u64), advice: &'static str) -> Rule {
    let points = u64::from(most) * got.min(of) / of.max(1);
    let points = u32::try_from(points).unwrap_or(most);
    Rule { title, points, most, advice: (points < most).then_some(advice) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(percent: u64) -> Vec<Field> {
        let field = |(field, ..): &(&'static str, u32, &str)| Field {
            field,
            title: "",
            count: percent,
            percent,
        };
        FIELDS.iter().map(field).collect()
    }

    #[test]
    fn all_that_can_be_had_is_a_hundred() {
        let all = Shares {
            healthy_feeds: (2, 2),
            licensed_feeds: (2, 2),
            usable_items: (9, 9),
            parented_items: (9, 9),
        };
        let rules = rules(all, &fields(100));
        assert_eq!(score(&rules), 100);
        assert!(rules.iter().all(|rule| rule.advice.is_none() && rule.points == rule.most));
    }

    #[test]
    fn what_lacks_most_comes_first_with_advice() {
        let bare = Shares {
            healthy_feeds: (1, 2),
            licensed_feeds: (0, 2),
            usable_items: (999, 1000),
            parented_items: (0, 0),
        };
        let rules = rules(bare, &fields(100));
        assert_eq!((rules[0].title, rules[0].points), ("Feeds state a licence", 0));
        assert_eq!((rules[1].title, rules[1].points), ("Sessions have their parent", 0));
        assert_eq!((rules[2].title, rules[2].points), ("Feeds can be read", 7));
        assert_eq!((rules[3].title, rules[3].points), ("Items can be used", 14));
        assert!(rules[..4].iter().all(|rule| rule.advice.is_some()));
        assert_eq!(score(&rules), 50 + 7 + 14);
    }
}
