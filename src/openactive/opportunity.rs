//! Opportunities: every event and facility type of the model in one structure.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-opportunities>. The
//! types share nearly all properties and publishers mislabel them, so one structure reads them all and
//! [`Kind`] says which one it is.

use super::concept::Concept;
use super::identifier::Identifier;
use super::identifier::Scope;
use super::lenient::Flag;
use super::lenient::Many;
use super::lenient::Nested;
use super::lenient::Text;
use super::lenient::lenient_object;
use super::offer::Offer;
use super::offer::QuantitativeValue;
use super::party::ContactPoint;
use super::party::Party;
use super::place::OpeningHours;
use super::place::Place;
use super::place::VirtualLocation;
use super::schedule::Schedule;
use super::vocabulary::is_word;
use super::vocabulary::word_of;

lenient_object! {
    /// An image; a bare string is its URL.
    pub struct Image {
        /// Address of the image.
        url: Text = "url" | "contentUrl" | "@id",
    }
    text => url
}

lenient_object! {
    /// A [`Brand`](https://schema.org/Brand): the programme an opportunity belongs to.
    pub struct Brand {
        /// URI of the programme.
        id: Text = "@id" | "id",
        /// Name.
        name: Text = "name",
        /// Description.
        description: Text = "description",
    }
    text => name, uri => id
}

lenient_object! {
    /// A language by its code or its name; a bare string is either.
    pub struct SpokenLanguage {
        /// Name, or code.
        name: Text = "name" | "@value" | "prefLabel",
        /// The code where the name is beside it.
        alternate_name: Text = "alternateName",
    }
    text => name allowed
}

lenient_object! {
    /// An event, a course or a facility, as published; a bare string is its URI.
    pub struct Opportunity {
        /// Type as published.
        type_name: Text = "@type" | "type",
        /// URI.
        id: Text = "@id" | "id",
        /// Local identifiers.
        identifier: Identifier = "identifier",
        /// Name.
        name: Text = "name",
        /// Description, plain text by the standard, often with markup.
        description: Text = "description",
        /// Description with markup.
        formatted_description: Text = "beta:formattedDescription" | "formattedDescription",
        /// Page about the opportunity.
        url: Text = "url",
        /// Activities.
        activity: Many<Concept> = "activity",
        /// Types of facility.
        facility_type: Many<Concept> = "facilityType" | "beta:facilityType",
        /// Free tags.
        category: Many<Concept> = "category",
        /// Levels of skill.
        level: Many<Concept> = "level",
        /// Impairments that are supported.
        accessibility_support: Many<Concept> = "accessibilitySupport",
        /// Accessibility in words.
        accessibility_information: Text = "accessibilityInformation",
        /// Whether wheelchair users can take part.
        is_wheelchair_accessible: Flag = "beta:isWheelchairAccessible" | "isWheelchairAccessible",
        /// Gender restriction URI.
        gender_restriction: Text = "genderRestriction",
        /// Recommended ages.
        age_range: Many<QuantitativeValue> = "ageRange",
        /// Enforced ages.
        age_restriction: Many<QuantitativeValue> = "ageRestriction",
        /// Further conditions of admission.
        additional_admission_restriction: Many<Text> = "additionalAdmissionRestriction",
        /// Conditions on the booking account.
        customer_account_booking_restriction: Many<Text> = "customerAccountBookingRestriction",
        /// What to know or bring.
        attendee_instructions: Text = "attendeeInstructions",
        /// Where to meet.
        meeting_point: Text = "meetingPoint",
        /// Notes on the schedule.
        scheduling_note: Text = "schedulingNote",
        /// Whether a coach leads.
        is_coached: Flag = "isCoached",
        /// Whether it is free.
        is_accessible_for_free: Flag = "isAccessibleForFree" | "isFree",
        /// Whether the first session is free.
        is_first_session_free: Flag = "beta:isFirstSessionAccessibleForFree",
        /// Whether it goes ahead, a schema.org URI.
        event_status: Text = "eventStatus",
        /// In person, online or both, a schema.org URI.
        event_attendance_mode: Text = "eventAttendanceMode",
        /// Where it takes place.
        location: Many<Place> = "location",
        /// Where it takes place online.
        virtual_location: Nested<VirtualLocation> = "beta:virtualLocation" | "virtualLocation",
        /// Who runs the event; some publish several.
        organizer: Many<Party> = "organizer" | "organiser",
        /// Who provides the facility; some publish several.
        provider: Many<Party> = "provider",
        /// Public contact; some publish several.
        contact_point: Many<ContactPoint> = "beta:contactPoint" | "contactPoint",
        /// Prices.
        offers: Many<Offer> = "offers" | "offer",
        /// Rules from which occurrences follow.
        event_schedule: Many<Schedule> = "eventSchedule",
        /// Start, or first date.
        start_date: Text = "startDate",
        /// When it was to begin before it was moved (schema.org, not in OpenActive).
        previous_start_date: Text = "previousStartDate",
        /// End, or last date.
        end_date: Text = "endDate",
        /// Length.
        duration: Text = "duration",
        /// Occurrences within.
        sub_event: Many<Opportunity> = "subEvent",
        /// The event this one is part of.
        super_event: Nested<Opportunity> = "superEvent",
        /// The course this one is a run of.
        instance_of_course: Nested<Opportunity> = "instanceOfCourse",
        /// The facility a slot belongs to.
        facility_use: Nested<Opportunity> = "facilityUse",
        /// The facility a single court or pitch belongs to.
        aggregate_facility_use: Nested<Opportunity> = "aggregateFacilityUse",
        /// Single courts or pitches of a facility.
        individual_facility_use: Many<Opportunity> = "individualFacilityUse",
        /// Slots of a facility.
        event: Many<Opportunity> = "event",
        /// When a facility can be used.
        hours_available: Many<OpeningHours> = "hoursAvailable",
        /// Programme.
        programme: Nested<Brand> = "programme",
        /// Images.
        image: Many<Image> = "image",
        /// The recording of an event on demand.
        work_featured: Nested<Image> = "workFeatured",
        /// Whether participants bring equipment, an ns-beta URI.
        participant_supplied_equipment: Text = "beta:participantSuppliedEquipment",
        /// Room, court or pool within the venue.
        sports_activity_location: Many<Place> = "beta:sportsActivityLocation",
        /// Languages (schema.org, not in OpenActive).
        in_language: Many<SpokenLanguage> = "inLanguage",
    }
    text => id allowed
}

/// What an opportunity is. Sub-types of Event that are not known count as [`Kind::Event`], as the
/// specification asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A series of sessions: becomes a service.
    SessionSeries,
    /// One dated session of a series.
    ScheduledSession,
    /// A one-off event.
    Event,
    /// A large event with its own parts.
    HeadlineEvent,
    /// A brand of series: fallback values only.
    EventSeries,
    /// A run of a course, joined as a whole.
    CourseInstance,
    /// A course: fallback values only.
    Course,
    /// A recording.
    OnDemandEvent,
    /// A facility that can be hired.
    FacilityUse,
    /// A single court or pitch.
    IndividualFacilityUse,
    /// A bookable time of a facility.
    Slot,
}

impl Kind {
    /// Reads the type of an item: its own `@type` first, then the last part of the RPDE `kind`
    /// (`FacilityUse/Slot`, `ScheduledSession.SessionSeries`). A type that is not known counts as a
    /// sub-type of Event. Returns nothing when there is no type at all, or when it names something
    /// that is not an opportunity (a place, an organisation, a price).
    pub fn of(type_name: &Text, rpde_kind: Option<&str>) -> Option<Self> {
        let names = [type_name.get(), rpde_kind];
        let known = names.iter().flatten().find_map(|name| Self::parse(name));
        known.or_else(|| {
            let name = names.into_iter().flatten().next()?;
            let is_other = NOT_OPPORTUNITIES.iter().any(|other| is_word(name, other));
            (!is_other).then_some(Self::Event)
        })
    }

    fn parse(name: &str) -> Option<Self> {
        let word = word_of(name).rsplit('.').next()?;
        Some(match word.to_ascii_lowercase().as_str() {
            "sessionseries" => Self::SessionSeries,
            "scheduledsession" | "courseinstancesubevent" => Self::ScheduledSession,
            "event" => Self::Event,
            "headlineevent" => Self::HeadlineEvent,
            "eventseries" => Self::EventSeries,
            "courseinstance" => Self::CourseInstance,
            "course" => Self::Course,
            "ondemandevent" => Self::OnDemandEvent,
            "facilityuse" => Self::FacilityUse,
            "individualfacilityuse" => Self::IndividualFacilityUse,
            "slot" => Self::Slot,
            _ => return None,
        })
    }

    /// Returns the name as the standard spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionSeries => "SessionSeries",
            Self::ScheduledSession => "ScheduledSession",
            Self::Event => "Event",
            Self::HeadlineEvent => "HeadlineEvent",
            Self::EventSeries => "EventSeries",
            Self::CourseInstance => "CourseInstance",
            Self::Course => "Course",
            Self::OnDemandEvent => "OnDemandEvent",
            Self::FacilityUse => "FacilityUse",
            Self::IndividualFacilityUse => "IndividualFacilityUse",
            Self::Slot => "Slot",
        }
    }

    /// Tells whether the opportunity is a facility rather than an event.
    pub fn is_facility(self) -> bool {
        matches!(self, Self::FacilityUse | Self::IndividualFacilityUse | Self::Slot)
    }

    /// Tells whether the times of the opportunity are those of the whole, of which its sub-events are parts.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Event | Self::HeadlineEvent | Self::CourseInstance)
    }
}

impl Opportunity {
    /// Returns the organiser of an event or the provider of a facility.
    pub fn party(&self) -> Option<&Party> {
        self.organizer.first().or_else(|| self.provider.first())
    }

    /// Returns the key by which the whole project knows this object, whatever feed it came from: the
    /// canonical form of its URI, within its source where URIs of that source are not trusted, else its source, kind and local identifier.
    ///
    /// `item_id` is the RPDE id, the last resort for top-level items.
    pub fn key(&self, scope: Scope<'_>, kind: Kind, item_id: Option<&str>) -> Option<String> {
        if let Some(key) = self.id.get().and_then(|uri| scope.key_of_uri(uri)) {
            return Some(key);
        }
        let local = self.id.get().map(str::to_owned).or_else(|| self.identifier.local());
        let local = local.or_else(|| item_id.map(str::to_owned))?;
        Some(format!("{}\n{}\n{local}", scope.source_key, kind.as_str()))
    }
}

const NOT_OPPORTUNITIES: [&str; 8] = [
    "Place",
    "SportsActivityLocation",
    "VirtualLocation",
    "Organization",
    "Person",
    "Offer",
    "Brand",
    "Concept",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_is_read_from_the_body_before_the_envelope() {
        let kind = |t: &str, k: Option<&str>| Kind::of(&Text::from(t), k);
        assert_eq!(kind("CourseInstance", Some("Course")), Some(Kind::CourseInstance));
        assert_eq!(kind("", Some("FacilityUse/Slot")), Some(Kind::Slot));
        assert_eq!(kind("", Some("SessionSeries.ScheduledSession")), Some(Kind::ScheduledSession));
        assert_eq!(kind("https://openactive.io/SessionSeries", None), Some(Kind::SessionSeries));
        assert_eq!(kind("https://openactive.io/SessionSeries/", None), Some(Kind::SessionSeries));
        assert_eq!(kind("league", None), Some(Kind::Event));
        assert_eq!(kind("", None), None);
        assert_eq!(kind("Place", Some("Place")), None);
        for other in ["https://schema.org/Person", "schema:Place", "organization", "oa:Offer/"] {
            assert_eq!(kind(other, None), None, "{other}");
        }
    }

    #[test]
    fn both_spellings_of_json_ld_keywords_are_read_in_one_item() {
        let o: Opportunity = serde_json::from_str(
            r#"{"type":"Event","@type":"Event","id":"https://x.org/1","schema:name":"A","oa:level":"Beginner"}"#,
        )
        .unwrap();
        assert_eq!(o.type_name.as_str(), "Event");
        assert_eq!(o.name.as_str(), "A");
        assert_eq!(o.level[0].pref_label.as_str(), "Beginner");
    }

    #[test]
    fn a_property_of_the_wrong_shape_never_costs_the_item() {
        let o: Opportunity = serde_json::from_str(
            r#"{"@type":"SessionSeries","name":"A","offers":"free","location":5,"eventSchedule":[null,3],
               "ageRange":"16+","organizer":["x"],"subEvent":{"a":1},"superEvent":"https://x.org/9",
               "eventSchedule":"[{\"repeatFrequency\":\"P1W\"}]"}"#,
        )
        .unwrap();
        assert_eq!(o.name.as_str(), "A");
        assert_eq!(o.super_event.get().unwrap().id.as_str(), "https://x.org/9");
        assert_eq!(o.age_range[0].name.as_str(), "16+");
        assert_eq!(o.event_schedule[0].repeat_frequency.as_str(), "P1W");
        assert_eq!(o.organizer[0].name.as_str(), "x");
    }

    #[test]
    fn a_list_inside_a_string_is_read_whole_and_a_name_in_brackets_is_a_name() {
        let o: Opportunity = serde_json::from_str(
            r#"{"eventSchedule":" [{\"byDay\":[\"MO\"]},{\"byDay\":[\"TU\"]}]",
               "activity":"[{\"prefLabel\":\"Yoga\"},{\"prefLabel\":\"Pilates\"}]",
               "additionalAdmissionRestriction":"[\"A\",\"B\"]",
               "organizer":"[Active] Leisure Club","programme":"[New] Move",
               "provider":"{\"name\":\"Jane","level":"[broken"}"#,
        )
        .unwrap();
        let days = o.event_schedule.iter().map(|schedule| schedule.by_day[0].as_str());
        assert_eq!(days.collect::<Vec<_>>(), ["MO", "TU"]);
        let labels = o.activity.iter().map(|concept| concept.pref_label.as_str());
        assert_eq!(labels.collect::<Vec<_>>(), ["Yoga", "Pilates"]);
        let conditions = o.additional_admission_restriction.iter().map(Text::as_str);
        assert_eq!(conditions.collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(o.organizer[0].name.as_str(), "[Active] Leisure Club");
        assert_eq!(o.programme.get().unwrap().name.as_str(), "[New] Move");
        assert!(o.provider.is_empty());
        assert_eq!(o.level[0].pref_label.as_str(), "[broken");
    }
}
