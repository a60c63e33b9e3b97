//! What an item is to the store: an opportunity with a body, a dated occurrence, or nothing usable.
//!
//! Nine in ten items are occurrences. They become small rows under the key of what they belong to; what
//! they say for themselves is kept once for all that say the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Utc;
use serde_json::value::RawValue;

use crate::mapping::EventStatus;
use crate::mapping::Occurrence;
use crate::mapping::code_of;
use crate::mapping::repairs_of_times;
use crate::openactive::Item;
use crate::openactive::Kind;
use crate::openactive::Opportunity;
use crate::openactive::Scope;
use crate::openactive::State;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Nested;
use crate::openactive::noting;
use crate::openactive::stamp_in;
use crate::quality::Code;
use crate::quality::Finding;
use crate::store::ItemChange;
use crate::store::Link;
use crate::store::Relation;
use crate::store::StoredHead;
use crate::store::StoredOccurrence;

/// How often each code was found in items of a page that no service's findings tell of: tombstones, and
/// sessions and slots, of which there are too many to tell of each.
pub(super) type Counts = BTreeMap<Code, u64>;

/// An item, and its `modified` where that is a plausible time.
pub(super) type Dated<'a> = (Item<'a>, Option<DateTime<Utc>>);

/// Classifies one item of a page, and counts what was found in it.
pub(super) fn classify<'a>(
    raw: &'a RawValue,
    source: Scope<'_>,
    now: DateTime<Utc>,
    counts: &mut Counts,
) -> (ItemChange, Option<Dated<'a>>) {
    let Ok(item) = Item::parse(raw) else {
        return (unusable(None, Code::ItemUnreadable, ""), None);
    };
    let modified = item.modified.as_time(now);
    let change = change_of(&item, source, modified, counts);
    (change, Some((item, modified)))
}

fn change_of(
    item: &Item<'_>,
    source: Scope<'_>,
    modified: Option<DateTime<Utc>>,
    counts: &mut Counts,
) -> ItemChange {
    if item.state == State::Deleted {
        if item.data.is_some() {
            *counts.entry(Code::TombstoneWithData).or_default() += 1;
        }
        return ItemChange::Deleted { item_id: item.id.clone(), modified };
    }
    let Some(data) = item.data.as_ref().filter(|data| !says_nothing(data)) else {
        return unusable(Some(&item.id), Code::ItemWithoutData, "data");
    };
    let (opportunity, oddities) = noting(|| serde_json::from_str::<Opportunity>(data));
    let Ok(opportunity) = opportunity else {
        return unusable(Some(&item.id), Code::ItemUnreadable, "data");
    };
    let Some(kind) = Kind::of(&opportunity.type_name, item.kind.as_deref()) else {
        return unusable(Some(&item.id), Code::TypeUnknown, "@type");
    };
    let status = EventStatus::parse(opportunity.event_status.as_str());
    let read = Read { item, data, kind, source, modified, opportunity: &opportunity, status };
    if !read.is_occurrence() {
        return read.head();
    }
    // Each code once for each item, whatever the number of properties.
    let odd = oddities.into_iter().map(|(oddity, _)| code_of(oddity));
    let is_unknown = status.is_none() && !opportunity.event_status.is_absent();
    let found = odd.chain(repairs_of_times(&opportunity).map(|(code, _)| code));
    let found: BTreeSet<Code> = found.chain(is_unknown.then_some(Code::StatusUnknown)).collect();
    for code in found {
        *counts.entry(code).or_default() += 1;
    }
    read.occurrence()
}

/// Tells whether an item is an object without a property.
fn says_nothing(data: &str) -> bool {
    let inner = data.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| inner.trim().is_empty())
}

fn unusable(item_id: Option<&str>, code: Code, path: &str) -> ItemChange {
    ItemChange::Unusable { item_id: item_id.map(str::to_owned), finding: Finding::new(code, path) }
}

/// An item whose body was read.
struct Read<'a> {
    item: &'a Item<'a>,
    data: &'a Cow<'a, str>,
    kind: Kind,
    source: Scope<'a>,
    modified: Option<DateTime<Utc>>,
    opportunity: &'a Opportunity,
    /// Its status where that is one of the standard's.
    status: Option<EventStatus>,
}

impl Read<'_> {
    fn is_occurrence(&self) -> bool {
        match self.kind {
            Kind::ScheduledSession | Kind::Slot => true,
            // An event inside an embedded series, course or headline event is one of its dates.
            Kind::Event => self.opportunity.super_event.get().is_some_and(|parent| {
                matches!(
                    Kind::of(&parent.type_name, None),
                    Some(Kind::SessionSeries | Kind::CourseInstance | Kind::HeadlineEvent)
                ) && !parent.type_name.is_absent()
            }),
            _ => false,
        }
    }

    fn key_of(&self, opportunity: &Opportunity, fallback: Kind) -> Option<String> {
        let kind = if opportunity.type_name.is_absent() {
            fallback
        } else {
            Kind::of(&opportunity.type_name, None).unwrap_or(fallback)
        };
        opportunity.key(self.source, kind, None)
    }

    fn head(&self) -> ItemChange {
        let Some(key) = self.opportunity.key(self.source, self.kind, Some(&self.item.id)) else {
            return unusable(Some(&self.item.id), Code::KeyMissing, "@id");
        };
        let mut links = self.links(&key);
        links.retain(|link| link.child != link.parent);
        ItemChange::Head(StoredHead {
            item_id: self.item.id.clone(),
            kind: self.kind,
            key,
            links,
            body: self.data.to_string(),
            modified: self.modified,
            findings: self.findings(),
        })
    }

    fn findings(&self) -> Vec<Finding> {
        let is_string = matches!(self.data, Cow::Owned(_));
        is_string.then(|| Finding::new(Code::DataInString, "data")).into_iter().collect()
    }

    fn links(&self, key: &str) -> Vec<Link> {
        let o = self.opportunity;
        let key_of = |of: &Nested<_>, kind| self.key_of(of.get()?, kind);
        let facility = key_of(&o.aggregate_facility_use, Kind::FacilityUse);
        let parents = [
            (Relation::PartOf, key_of(&o.super_event, Kind::EventSeries)),
            (Relation::PartOf, key_of(&o.instance_of_course, Kind::Course)),
            (Relation::PartOf, facility.clone()),
            (Relation::Claims, facility),
        ];
        let mut links: Vec<Link> = parents
            .into_iter()
            .filter_map(|(relation, parent)| {
                Some(Link { relation, child: key.to_owned(), parent: parent? })
            })
            .collect();
        let courts = o.individual_facility_use.iter();
        let courts = courts.filter_map(|court| self.key_of(court, Kind::IndividualFacilityUse));
        links.extend(courts.map(|child| Link {
            relation: Relation::Claims,
            child,
            parent: key.to_owned(),
        }));
        links
    }

    fn occurrence(&self) -> ItemChange {
        let Some((start, end)) = Occurrence::times(self.opportunity) else {
            return unusable(Some(&self.item.id), Code::StartMissing, "startDate");
        };
        let other = || EventStatus::of(self.opportunity.event_status.as_str());
        let status = self.status.unwrap_or_else(other);
        let parent = self.parent_key();
        let is_alone = parent.is_none();
        ItemChange::Occurrence(StoredOccurrence {
            item_id: self.item.id.clone(),
            parent: parent.unwrap_or_else(|| self.group_key()),
            start,
            end,
            is_slot: self.kind == Kind::Slot,
            status,
            facts: self.facts(is_alone, self.is_moved(start, status)),
            modified: self.modified,
        })
    }

    /// Tells whether it begins at another time than its id says, so that the id is worth keeping. A slot is not
    /// moved: many have the time of the wall in their ids, and would be a row of facts each, all summer.
    fn is_moved(&self, start: DateTime<Utc>, status: EventStatus) -> bool {
        let names_other_time =
            || stamp_in(self.opportunity.id.as_str()).is_some_and(|planned| planned != start);
        self.kind != Kind::Slot && (status == EventStatus::Rescheduled || names_other_time())
    }

    /// Returns what an occurrence says for itself as JSON with sorted properties: without identity, times,
    /// availability and people, which differ from one to the next or are never published. The id of one that was moved
    /// may tell for when it was planned, a status that is not known something of it. Nothing when nothing is left.
    fn facts(&self, is_alone: bool, is_moved: bool) -> Option<String> {
        let properties: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(self.data).ok()?;
        let is_slot = self.kind == Kind::Slot;
        let is_telling = !is_slot
            && self.status.is_none()
            && EventStatus::is_telling(self.opportunity.event_status.as_str());
        let kept: BTreeMap<_, _> = properties
            .into_iter()
            .filter(|(name, value)| {
                let is_reference = value.get().starts_with('"');
                match name.as_ref() {
                    "superEvent" | "facilityUse" | "aggregateFacilityUse" => !is_reference,
                    "url" | "image" => is_alone,
                    "@id" | "id" if is_moved => !is_alone,
                    "eventStatus" => is_telling,
                    "offers" | "offer" => true,
                    name if is_slot => !is_own(name) && !name.starts_with("beta:"),
                    name => !is_own(name),
                }
            })
            .collect();
        if kept.is_empty() {
            return None;
        }
        serde_json::to_string(&kept).ok()
    }

    fn parent_key(&self) -> Option<String> {
        let o = self.opportunity;
        let parents = [
            (&o.super_event, Kind::SessionSeries),
            (&o.facility_use, Kind::FacilityUse),
            (&o.aggregate_facility_use, Kind::FacilityUse),
        ];
        parents.into_iter().find_map(|(parent, kind)| self.key_of(parent.get()?, kind))
    }

    /// A session without a series that has an identity belongs with those of the same organiser, name
    /// and place; what it does not say its embedded series may.
    fn group_key(&self) -> String {
        let chain = || {
            std::iter::successors(Some(self.opportunity), |o| o.super_event.get())
                .take(MAX_EMBEDDED)
        };
        let organizer = chain().find_map(Opportunity::party);
        let organizer = organizer.map(|party| party.name.as_str()).unwrap_or_default();
        let place = chain().find_map(|o| o.location.first());
        let place = place.map(|place| place.name.as_str()).unwrap_or_default();
        let name = chain().find_map(|o| o.name.get()).unwrap_or_default();
        let kind = self.kind.as_str();
        if organizer.is_empty() && place.is_empty() && name.is_empty() {
            return format!("{}\n{kind}\n{}", self.source.source_key, self.item.id);
        }
        let group = format!("{organizer}\n{name}\n{place}").to_lowercase();
        format!("{}\n{kind}\ngroup\n{group}", self.source.source_key)
    }
}

/// How many levels of embedded series are looked at; real chains have three.
const MAX_EMBEDDED: usize = 6;

/// Tells whether a property is an occurrence's own alone, says how many places are left, or is about people.
fn is_own(name: &str) -> bool {
    matches!(
        name,
        "@context"
            | "@id"
            | "id"
            | "@type"
            | "type"
            | "identifier"
            | "startDate"
            | "endDate"
            | "duration"
            | "remainingAttendeeCapacity"
            | "maximumAttendeeCapacity"
            | "maximumVirtualAttendeeCapacity"
            | "remainingUses"
            | "maximumUses"
            | "leader"
            | "contributor"
            | "attendeeCount"
            | "subEvent"
            | "potentialAction"
            | "beta:registrationCount"
            | "beta:attendeeCount"
            | "eventSchedule"
            | "beta:video"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> ItemChange {
        let raw: Box<RawValue> = RawValue::from_string(json.to_owned()).unwrap();
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        classify(&raw, "src".into(), now, &mut Counts::new()).0
    }

    #[test]
    fn an_availability_change_leaves_an_occurrence_the_same() {
        let slot = |uses: u8| {
            read(&format!(
                r#"{{"state":"updated","kind":"FacilityUse/Slot","id":"1","modified":{uses},"data":{{"@type":"Slot",
                "@id":"https://x.org/s/1","facilityUse":"https://x.org/f/1","startDate":"2026-11-23T17:00:00Z",
                "duration":"PT1H","remainingUses":{uses},"offers":[{{"price":9.5}}]}}}}"#
            ))
        };
        let (ItemChange::Occurrence(a), ItemChange::Occurrence(b)) = (slot(1), slot(0)) else {
            panic!()
        };
        assert_eq!(a, b);
        assert_eq!(a.parent, "https://x.org/f/1");
        assert_eq!(a.facts.as_deref(), Some(r#"{"offers":[{"price":9.5}]}"#));
    }

    #[test]
    fn an_id_or_a_status_is_kept_where_it_says_more_than_the_start() {
        let facts_of = |kind: &str, id: &str, status: &str| {
            let json = format!(
                r#"{{"state":"updated","id":"1","modified":1,"data":{{"@type":"{kind}","@id":"{id}",
                "superEvent":"https://x.org/1","eventStatus":"{status}","startDate":"2026-12-11T10:30:00Z"}}}}"#
            );
            let ItemChange::Occurrence(occurrence) = read(&json) else { panic!("{id}") };
            occurrence.facts
        };
        let facts = |id: &str, status: &str| facts_of("ScheduledSession", id, status);
        let kept = |id: &str| Some(format!(r#"{{"@id":"{id}"}}"#));
        let moved = "https://x.org/1/2026-12-10T18-30-00Z";
        assert_eq!(facts(moved, "EventScheduled"), kept(moved));
        assert_eq!(facts("https://x.org/1/2026-12-11T10:30:00Z", "EventScheduled"), None);
        assert_eq!(facts("https://x.org/7", "EventScheduled"), None);
        assert_eq!(facts("https://x.org/7", "EventRescheduled"), kept("https://x.org/7"));
        // What is not known of a session is worth keeping as well, for its words.
        let draft = Some(r#"{"eventStatus":"Draft"}"#.to_owned());
        assert_eq!(facts("https://x.org/7", "Draft"), draft);
        assert_eq!(facts("https://x.org/7", "Active"), None);
        // An hour later on the same day is a move as well; a slot is what it is at its time.
        let by_an_hour = "https://x.org/1/2026-12-11T09:30:00Z";
        assert_eq!(facts(by_an_hour, "EventScheduled"), kept(by_an_hour));
        for status in ["EventScheduled", "EventRescheduled", "Draft"] {
            assert_eq!(facts_of("Slot", by_an_hour, status), None);
        }
    }

    #[test]
    fn sessions_are_grouped_by_an_embedded_series_without_identity() {
        let session = |id: u8, series: &str| {
            read(&format!(
                r#"{{"state":"updated","id":"{id}","modified":{id},"data":{{"type":"ScheduledSession",
                "startDate":"2026-12-0{id}T18:30:00Z","superEvent":{{"type":"SessionSeries",
                "name":"{series}","superEvent":{{"type":"EventSeries","organizer":{{"name":"Leg"}},
                "location":{{"type":"Place","name":"Hall"}}}}}}}}}}"#
            ))
        };
        let parent = |change: ItemChange| match change {
            ItemChange::Occurrence(occurrence) => occurrence.parent,
            other => panic!("{other:?}"),
        };
        let yoga = parent(session(1, "Yoga"));
        assert_eq!(yoga, "src\nScheduledSession\ngroup\nleg\nyoga\nhall");
        assert_eq!(parent(session(2, "Yoga")), yoga);
        assert_ne!(parent(session(3, "Spin")), yoga);
    }

    #[test]
    fn a_leader_is_never_kept_with_an_occurrence() {
        let change = read(
            r#"{"state":"updated","id":"1","modified":1,"data":{"type":"ScheduledSession","identifier":"9",
            "startDate":"2026-11-23T17:00:00Z","leader":[{"name":"MARKER"}],
            "superEvent":{"type":"SessionSeries","identifier":"SS-55"}}}"#,
        );
        let ItemChange::Occurrence(occurrence) = change else { panic!() };
        assert_eq!(occurrence.parent, "src\nSessionSeries\nSS-55");
        assert!(!occurrence.facts.unwrap().contains("MARKER"));
    }

    #[test]
    fn what_is_odd_in_an_occurrence_is_counted_once_for_each_item() {
        let mut counts = Counts::new();
        for (number, data) in [
            r#"{"@type":"Slot","name":"","description":"","startDate":"2026-11-23T17:00:00","endDate":"2026-11-23T16:00:00"}"#,
            r#"{"@type":"Slot","name":"","startDate":"2026-11-23T17:00:00Z","endDate":"2026-11-23T17:59:59Z"}"#,
            r#"{"@type":"Slot","startDate":"2026-11-23T17:00:00Z","duration":"PT17H30M"}"#,
            r#"{"@type":"Slot","startDate":"2026-11-23T17:00:00Z","duration":"PT1H","eventStatus":"Draft"}"#,
            r#"{"@type":"SessionSeries","name":""}"#,
        ]
        .into_iter()
        .enumerate()
        {
            let raw = format!(r#"{{"state":"updated","id":{number},"modified":1,"data":{data}}}"#);
            let raw = RawValue::from_string(raw).unwrap();
            let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
            classify(&raw, "src".into(), now, &mut counts);
        }
        let expected = [
            (Code::EndBeforeStart, 1),
            (Code::DurationImplausible, 1),
            (Code::ValueEmpty, 2),
            (Code::OffsetMissing, 1),
            (Code::EndRounded, 1),
            (Code::StatusUnknown, 1),
        ];
        assert_eq!(counts, Counts::from(expected), "what a series says is told of its service");
    }

    #[test]
    fn unusable_items_say_why() {
        for (json, code) in [
            (r#"{"state":"updated","id":"1"}"#, Code::ItemWithoutData),
            (
                r#"{"state":"updated","kind":"SessionSeries","id":"1","data":{ }}"#,
                Code::ItemWithoutData,
            ),
            (r#"{"state":"updated","id":"1","data":{"name":"x"}}"#, Code::TypeUnknown),
            (
                r#"{"state":"updated","id":"1","kind":"Slot","data":{"name":"x"}}"#,
                Code::StartMissing,
            ),
            ("[1]", Code::ItemUnreadable),
        ] {
            let ItemChange::Unusable { finding, .. } = read(json) else { panic!("{json}") };
            assert_eq!(finding.code, code, "{json}");
        }
    }
}
