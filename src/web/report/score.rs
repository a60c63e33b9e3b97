//! The score of a publisher: rules that add up to 100, each with what would raise it.

use serde::Serialize;

use super::completeness::Field;

/// A rule, how many points it gave, and what would give more. What was not looked at is not judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    pub(super) title: &'static str,
    /// Nothing when there was nothing to look at.
    pub(super) points: Option<u32>,
    pub(super) most: u32,
    /// What would raise it; nothing when no more can be had.
    pub(super) advice: Option<&'static str>,
}

/// What is scored beside the fields. Each is a share: how many, of how many that were looked at.
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

/// Returns the rules with their points, those that lack most first. `fields` are of so many `services`.
pub(super) fn rules(shares: Shares, services: u64, fields: &[Field]) -> Vec<Rule> {
    let Shares { healthy_feeds, licensed_feeds, usable_items, parented_items } = shares;
    let mut rules = vec![
        rule(
            "Feeds can be read",
            15,
            healthy_feeds,
            "Mend the feeds that cannot be read, listed above",
        ),
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
        let share = if services == 0 { (0, 0) } else { (field.percent, 100) };
        Some(rule(field.title, *most, share, advice))
    }));
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.points.map(|points| rule.most - points)));
    rules
}

/// Returns the sum of the points; nothing when not all rules could be judged.
pub(super) fn score(rules: &[Rule]) -> Option<u32> {
    rules.iter().map(|rule| rule.points).sum()
}

/// Points are rounded down, so that all of them means that nothing is lacking.
fn rule(title: &'static str, most: u32, (got, of): (u64, u64), advice: &'static str) -> Rule {
    let points = (u64::from(most) * got.min(of)).checked_div(of);
    let points = points.map(|points| u32::try_from(points).unwrap_or(most));
    let is_lacking = points.is_some_and(|points| points < most);
    Rule { title, points, most, advice: is_lacking.then_some(advice) }
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
        let rules = rules(all, 9, &fields(100));
        assert_eq!(score(&rules), Some(100));
        assert!(rules.iter().all(|rule| rule.advice.is_none() && rule.points == Some(rule.most)));
    }

    #[test]
    fn what_lacks_most_comes_first_with_advice() {
        let bare = Shares {
            healthy_feeds: (1, 2),
            licensed_feeds: (0, 2),
            usable_items: (999, 1000),
            parented_items: (0, 1000),
        };
        let rules = rules(bare, 9, &fields(100));
        assert_eq!((rules[0].title, rules[0].points), ("Feeds state a licence", Some(0)));
        assert_eq!((rules[1].title, rules[1].points), ("Sessions have their parent", Some(0)));
        assert_eq!((rules[2].title, rules[2].points), ("Feeds can be read", Some(7)));
        assert_eq!((rules[3].title, rules[3].points), ("Items can be used", Some(14)));
        assert!(rules[..4].iter().all(|rule| rule.advice.is_some()));
        assert_eq!(score(&rules), Some(50 + 7 + 14));
    }

    #[test]
    fn what_was_not_looked_at_is_not_judged() {
        let unread = Shares {
            healthy_feeds: (0, 1),
            licensed_feeds: (0, 0),
            usable_items: (0, 0),
            parented_items: (0, 0),
        };
        let rules = rules(unread, 0, &fields(0));
        assert_eq!((rules[0].title, rules[0].points), ("Feeds can be read", Some(0)));
        assert!(rules[1..].iter().all(|rule| rule.points.is_none() && rule.advice.is_none()));
        assert_eq!(score(&rules), None);
    }
}
