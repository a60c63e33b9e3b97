//! From stored rows to the bundle the mapping looks at, or to the reason why there is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;

use crate::mapping;
use crate::mapping::ChildFeed;
use crate::mapping::Head;
use crate::mapping::Occurrence;
use crate::mapping::Source;
use crate::mapping::shown_license;
use crate::openactive::Kind;
use crate::openactive::Noted;
use crate::openactive::Opportunity;
use crate::openactive::lenient::Absent as _;
use crate::openactive::noting;
use crate::store;
use crate::store::Delegation;
use crate::store::FeedId;
use crate::store::HeadItem;
use crate::store::OccurrenceRow;

/// What a root turned out to be.
#[derive(Debug)]
pub(super) enum Assembled {
    /// An opportunity that becomes a service.
    Opportunity {
        /// What the mapping looks at.
        bundle: Box<mapping::Bundle>,
        /// The feed of its head.
        feed: FeedId,
        /// How many other feeds hold the same object.
        duplicates: usize,
    },
    /// Something whose values belong to other services, which must be mapped again.
    Delegated(Delegation),
    /// Occurrences whose parent was not published: how many, by feed.
    Orphans(Vec<(FeedId, u64)>),
    /// Nothing is left of it.
    Nothing,
}

/// Puts a root together as it is `now`. `source_of` tells the source of a feed; a feed without one is not
/// republished.
pub(super) fn assemble(
    root: &store::Bundle,
    source_of: impl Fn(FeedId) -> Option<Arc<Source>>,
    now: DateTime<Utc>,
) -> Assembled {
    if let Some(to) = delegation(root) {
        // The dates of a claimed court and of an event are taken over; those of what only lends its values are
        // nobody's.
        let is_lender = root.heads.first().is_some_and(|head| lends_values(head.kind));
        let orphans = if is_lender { by_feed(root) } else { Vec::new() };
        return Assembled::Delegated(Delegation { to, orphans });
    }
    let mut facts: Vec<_> = root.facts.iter().map(|json| noting(|| read(json))).collect();
    let Some((head, feed)) = head_of(root, &mut facts, now) else {
        return without_head(root);
    };
    let Some(mut source) = source_of(feed) else { return Assembled::Nothing };
    if source.license.is_none()
        && let Some(license) = root.license.as_deref().and_then(shown_license)
    {
        Arc::make_mut(&mut source).license = Some(license);
    }
    let (members, events): (Vec<_>, Vec<_>) = root
        .members
        .iter()
        .filter(|member| is_beneath(member.kind, head.kind))
        .partition(|member| member.kind == Kind::IndividualFacilityUse);
    let mut occurrences = occurrences(root, facts);
    occurrences.extend(events.iter().flat_map(|event| of_event(event)));
    let bundle = mapping::Bundle {
        source,
        members: members.iter().map(|member| read(&member.body)).collect(),
        parents: root.parents.iter().map(|parent| read(&parent.body)).collect(),
        occurrences,
        child_feed: if root.is_complete { ChildFeed::Complete } else { ChildFeed::Unknown },
        modified: root.modified,
        first_seen: root.changed_at,
        head,
    };
    let duplicates = root.heads.iter().filter(|other| other.feed != feed).count();
    Assembled::Opportunity { bundle: Box::new(bundle), feed, duplicates }
}

/// A court claimed by a facility, a date of a headline event or course, and what only lends its values
/// are no services of their own.
fn delegation(root: &store::Bundle) -> Option<Vec<String>> {
    let kind = root.heads.first().map(|head| head.kind);
    if !root.claimed_by.is_empty() && kind != Some(Kind::FacilityUse) {
        return Some(root.claimed_by.clone());
    }
    let kind = kind?;
    match kind {
        kind if lends_values(kind) => {
            let services = root.members.iter().filter(|member| !lends_values(member.kind));
            Some(services.map(|member| member.key.clone()).collect())
        }
        Kind::Event => {
            let parent = root.parents.first()?;
            is_beneath(kind, parent.kind).then(|| vec![parent.key.clone()])
        }
        _ => None,
    }
}

/// Tells whether a kind is no service, and only lends its values to some.
fn lends_values(kind: Kind) -> bool {
    matches!(kind, Kind::EventSeries | Kind::Course)
}

/// Tells whether a kind is a part of another rather than a service beside it.
fn is_beneath(kind: Kind, parent: Kind) -> bool {
    match parent {
        Kind::FacilityUse => kind == Kind::IndividualFacilityUse,
        Kind::HeadlineEvent | Kind::CourseInstance | Kind::SessionSeries => kind == Kind::Event,
        _ => false,
    }
}

fn read(json: &str) -> Opportunity {
    // What was stored had been read before.
    serde_json::from_str(json).unwrap_or_default()
}

/// What occurrences say for themselves, with what its reader put up with.
type Facts = (Opportunity, Vec<Noted>);

/// Returns the root's own item, else what its occurrences embed, which is taken out of their facts, else the
/// occurrences themselves.
fn head_of(
    root: &store::Bundle,
    facts: &mut [Facts],
    now: DateTime<Utc>,
) -> Option<(Head, FeedId)> {
    if let Some(item) = root.heads.first() {
        let (opportunity, oddities) = noting(|| read(&item.body));
        let (kind, key) = (item.kind, root.key.clone());
        let item_id = Some(item.item_id.clone());
        return Some((Head { kind, key, item_id, opportunity, oddities }, item.feed));
    }
    let is_group = root.key.contains("\ngroup\n");
    let stating: Vec<_> = root.occurrences.iter().filter(|one| one.facts.is_some()).collect();
    // The price or the words of last month may be others: they count when all are over.
    let is_ahead = |one: &&&OccurrenceRow| is_group && one.end.unwrap_or(one.start) > now;
    let ahead: Vec<_> = stating.iter().filter(is_ahead).copied().collect();
    let stating = if ahead.is_empty() { stating } else { ahead };
    let said: BTreeSet<usize> = stating.iter().filter_map(|one| one.facts).collect();
    let stating = *stating.first()?;
    let (own, oddities) = facts.get_mut(stating.facts?)?;
    let mut agreed;
    let facts = if is_group && said.len() > 1 {
        agreed = agreed_by(said.iter().filter_map(|index| root.facts.get(*index)));
        &mut agreed
    } else {
        own
    };
    let embedded = [&mut facts.super_event, &mut facts.facility_use];
    let embedded = embedded.into_iter().find_map(|o| o.0.as_deref_mut());
    let (kind, opportunity) = match embedded {
        Some(parent) if is_described(parent) => {
            let kind = Kind::of(&parent.type_name, None).unwrap_or(Kind::SessionSeries);
            (kind, std::mem::take(parent))
        }
        _ if root.key.contains("\nScheduledSession\n") => (Kind::ScheduledSession, facts.clone()),
        _ => return None,
    };
    let (key, oddities) = (root.key.clone(), std::mem::take(oddities));
    Some((Head { kind, key, item_id: None, opportunity, oddities }, stating.feed))
}

/// Returns what sessions that only belong to a group agree on, as far as they state it: a value of one of them is
/// not said of all. What they cost themselves rises from them like that of any session.
fn agreed_by<'a>(facts: impl Iterator<Item = &'a String>) -> Opportunity {
    let read = |json: &String| serde_json::from_str(json).ok();
    let all: Vec<Map<String, Value>> = facts.filter_map(read).collect();
    let mut agreed = agreement(&all.iter().collect::<Vec<_>>());
    agreed.remove("offers");
    agreed.remove("offer");
    serde_json::from_value(Value::Object(agreed)).unwrap_or_default()
}

fn agreement(all: &[&Map<String, Value>]) -> Map<String, Value> {
    let names: BTreeSet<&String> = all.iter().flat_map(|one| one.keys()).collect();
    let agreed = names.into_iter().filter_map(|name| {
        let stated: Vec<&Value> = all.iter().filter_map(|one| one.get(name)).collect();
        let first = *stated.first()?;
        let value = match name.as_str() {
            "superEvent" => {
                let series: Vec<_> = stated.iter().filter_map(|value| value.as_object()).collect();
                Value::Object(agreement(&series))
            }
            // What may be said several times is said by all of them together.
            "eventSchedule" | "offers" | "offer" => {
                let mut seen: BTreeSet<String> = BTreeSet::new();
                let all = stated.into_iter().flat_map(many);
                Value::Array(all.filter(|value| seen.insert(content(value))).cloned().collect())
            }
            name if ANY_OF_THEM.contains(&name) => first.clone(),
            _ if stated.iter().all(|value| *value == first) => first.clone(),
            _ => return None,
        };
        Some((name.clone(), value))
    });
    agreed.collect()
}

fn many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        value => std::slice::from_ref(value),
    }
}

/// Returns what a schedule or an offer says, apart from which one it is.
fn content(value: &Value) -> String {
    let mut value = value.clone();
    if let Value::Object(properties) = &mut value {
        for name in ["@id", "id", "identifier", "url", "idTemplate", "urlTemplate"] {
            properties.remove(name);
        }
    }
    value.to_string()
}

/// What the sessions of a group share by what makes them one, and what one of them may say for the others.
const ANY_OF_THEM: [&str; 8] =
    ["@type", "type", "name", "location", "organizer", "provider", "image", "url"];

/// Tells whether an embedded parent says more than which one it is.
fn is_described(parent: &Opportunity) -> bool {
    let inner = parent.super_event.get();
    !parent.name.is_absent()
        || !parent.location.is_absent()
        || !parent.activity.is_absent()
        || inner.is_some_and(|series| !series.name.is_absent())
}

/// The slots of a facility that is not published are its only court's; of several nobody can tell whose.
/// Either way the courts must be looked at again.
fn without_head(root: &store::Bundle) -> Assembled {
    let counts = by_feed(root);
    let members = root.members.iter();
    let members = members.filter(|member| member.kind == Kind::IndividualFacilityUse);
    let to: Vec<String> = members.map(|court| court.key.clone()).collect();
    match to.len() {
        0 if counts.is_empty() => Assembled::Nothing,
        0 => Assembled::Orphans(counts),
        1 => Assembled::Delegated(Delegation { to, orphans: Vec::new() }),
        _ => Assembled::Delegated(Delegation { to, orphans: counts }),
    }
}

/// Counts the occurrences of each feed.
fn by_feed(root: &store::Bundle) -> Vec<(FeedId, u64)> {
    let mut counts: Vec<(FeedId, u64)> = Vec::new();
    for occurrence in &root.occurrences {
        match counts.iter_mut().find(|(feed, _)| *feed == occurrence.feed) {
            Some((_, count)) => *count += 1,
            None => counts.push((occurrence.feed, 1)),
        }
    }
    counts
}

/// Where the head was made of the occurrences' own facts, these are not repeated below it as parents.
fn occurrences(root: &store::Bundle, facts: Vec<Facts>) -> Vec<Occurrence> {
    let own = facts.into_iter().map(|(mut facts, _)| {
        if root.heads.is_empty() {
            (facts.super_event, facts.facility_use) = Default::default();
        }
        Arc::new(facts)
    });
    let own: Vec<_> = own.collect();
    let rows = root.occurrences.iter().map(|row| Occurrence {
        start: row.start,
        end: row.end,
        status: row.status,
        facts: row.facts.and_then(|index| own.get(index)).map(Arc::clone),
    });
    rows.collect()
}

/// Returns the dates of an event that is part of another.
fn of_event(event: &HeadItem) -> Vec<Occurrence> {
    let opportunity = read(&event.body);
    if opportunity.sub_event.is_absent() {
        return Occurrence::embedded(&opportunity).into_iter().collect();
    }
    opportunity.sub_event.iter().filter_map(Occurrence::embedded).collect()
}
