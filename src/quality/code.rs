//! The table of finding codes.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// How grave a finding is for the people who rely on the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Repaired without doubt, or a guess that is marked as one.
    Info,
    /// Something useful is missing or was dropped.
    Warning,
    /// The item could not be published as it is.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! codes {
    ($( $(#[$meta:meta])* $Variant:ident = $name:literal, $severity:ident, $title:literal, $advice:literal, $link:literal; )+) => {
        /// What was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $( #[doc = $title] #[serde(rename = $name)] $Variant, )+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// Returns the name that stands for the code in logs, reports and URLs.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $name, )+ }
            }

            /// Returns how grave it is.
            pub fn severity(self) -> Severity {
                match self { $( Self::$Variant => Severity::$severity, )+ }
            }

            /// Returns what it means, in a few words.
            pub fn title(self) -> &'static str {
                match self { $( Self::$Variant => $title, )+ }
            }

            /// Returns what the publisher can do.
            pub fn advice(self) -> &'static str {
                match self { $( Self::$Variant => $advice, )+ }
            }

            /// Returns where the standard says so.
            pub fn specification(self) -> &'static str {
                match self { $( Self::$Variant => concat!("https://openactive.io/", $link), )+ }
            }
        }
    };
}

codes! {
    ItemUnreadable = "item-unreadable", Error, "the item is not a readable object", "Send valid JSON with an id for every item.", "realtime-paged-data-exchange/#items";
    ItemWithoutData = "item-without-data", Error, "the item is marked updated and has no data", "Send data with every updated item, or mark it deleted.", "realtime-paged-data-exchange/#items";
    DataInString = "data-in-string", Info, "data was JSON inside a string", "Send data as an object.", "realtime-paged-data-exchange/#items";
    TombstoneWithData = "tombstone-with-data", Info, "a deleted item still carries data", "Leave data out of deleted items.", "realtime-paged-data-exchange/#items";
    DuplicateItem = "duplicate-item", Warning, "the same id appears twice in a page", "Send each item once, in its latest state.", "realtime-paged-data-exchange/#items";
    TypeUnknown = "type-unknown", Error, "the item's type is missing or not an opportunity", "Give every item an @type from the OpenActive model.", "modelling-opportunity-data/#describing-opportunities";
    KeyMissing = "key-missing", Error, "the item has no identity", "Give every item an @id.", "modelling-opportunity-data/#identifying-resources";
    IdMissing = "id-missing", Info, "no @id, so a local identifier was used", "Give every item a stable @id URI.", "modelling-opportunity-data/#identifying-resources";
    ParentMissing = "parent-missing", Warning, "the parent was never published", "Publish the series or facility that the item refers to.", "modelling-opportunity-data/#describing-event-series";
    ParentCycle = "parent-cycle", Warning, "superEvent leads back to the item itself", "Let superEvent point to a different, wider event.", "modelling-opportunity-data/#describing-event-series";
    StartMissing = "start-missing", Warning, "an occurrence has no readable start", "Give startDate as a date and time with an offset.", "modelling-opportunity-data/#date-and-time";
    NameMissing = "name-missing", Warning, "no name was published; one was made up", "Publish a name.", "modelling-opportunity-data/#schema-event";
    DescriptionMissing = "description-missing", Info, "no description was published; what else is known stands in", "Describe the activity for people who do not know it.", "modelling-opportunity-data/#schema-event";
    MarkupInText = "markup-in-text", Info, "markup was removed from text", "Publish plain text; put markup into beta:formattedDescription.", "modelling-opportunity-data/#plain-text";
    UrlMissing = "url-missing", Info, "no page about the activity", "Publish a url where people can read more and book.", "modelling-opportunity-data/#schema-event";
    UrlInvalid = "url-invalid", Warning, "a link is not a web address and was dropped", "Publish absolute http or https addresses.", "modelling-opportunity-data/#schema-event";
    EmailInvalid = "email-invalid", Warning, "an e-mail address is not valid and was dropped", "Publish a valid address.", "modelling-opportunity-data/#schema-organization";
    OrganizerMissing = "organizer-missing", Warning, "no organiser; the publisher of the dataset stands in", "Publish who runs the activity.", "modelling-opportunity-data/#schema-organization";
    PersonWithheld = "person-withheld", Info, "details of a private person were withheld", "Publish an organisation as organizer; keep private details out of open data.", "modelling-opportunity-data/#schema-person";
    ContactNameWithheld = "contact-name-withheld", Info, "the name of a contact was replaced by the organisation's", "Name a team or an office as contact.", "ns-beta/#contactPoint";
    JoiningLinkWithheld = "joining-link-withheld", Warning, "the joining link of an online meeting was withheld", "Never publish joining links in open data.", "modelling-opportunity-data/#describing-virtual-events";
    LocationMissing = "location-missing", Warning, "no place was published", "Publish the place, or mark the activity as online.", "modelling-opportunity-data/#schema-place";
    LocationUnresolved = "location-unresolved", Warning, "the place is a link to something not published", "Publish the place inside the item.", "modelling-opportunity-data/#schema-place";
    CoordinatesSwapped = "coordinates-swapped", Info, "latitude and longitude were swapped and put right", "Swap latitude and longitude.", "modelling-opportunity-data/#schema-geocoordinates";
    CoordinatesDropped = "coordinates-dropped", Warning, "coordinates outside the United Kingdom were dropped", "Check latitude and longitude.", "modelling-opportunity-data/#schema-geocoordinates";
    CoordinatesMissing = "coordinates-missing", Warning, "no coordinates", "Publish geo, so that people find what is near.", "modelling-opportunity-data/#schema-geocoordinates";
    PostcodeElsewhere = "postcode-elsewhere", Warning, "the point is more than five kilometres from its postcode", "Check latitude and longitude, and the postcode.", "modelling-opportunity-data/#schema-geocoordinates";
    AddressInString = "address-in-string", Info, "the address is one string; it is taken apart where it has a postcode", "Publish a PostalAddress.", "modelling-opportunity-data/#schema-postaladdress";
    AddressMissing = "address-missing", Warning, "no address", "Publish a PostalAddress.", "modelling-opportunity-data/#schema-postaladdress";
    PostcodeInvalid = "postcode-invalid", Warning, "the postcode is not a UK postcode", "Publish a full UK postcode.", "modelling-opportunity-data/#schema-postaladdress";
    CityMissing = "city-missing", Info, "the address names no town", "Publish addressLocality.", "modelling-opportunity-data/#schema-postaladdress";
    AgeMissing = "age-missing", Info, "no age range", "Publish ageRange, also when all ages are welcome.", "modelling-opportunity-data/#describing-age-ranges";
    AgeUnusable = "age-unusable", Warning, "the age range has no numbers that can be meant", "Publish minValue and maxValue as numbers; for all ages a minValue of 0 alone.", "modelling-opportunity-data/#describing-age-ranges";
    AgeSwapped = "age-swapped", Info, "the age range was upside down and put right", "Swap minValue and maxValue.", "modelling-opportunity-data/#describing-age-ranges";
    GenderUnknown = "gender-unknown", Info, "the gender restriction is not one of the standard's", "Use one of the three GenderRestrictionType values.", "modelling-opportunity-data/#describing-gender-restrictions";
    AttendanceUnknown = "attendance-unknown", Warning, "the attendance mode is not one of the standard's and was passed over", "Use one of the EventAttendanceModeEnumeration values of schema.org.", "modelling-opportunity-data/#describing-virtual-events";
    LanguageUnknown = "language-unknown", Info, "a language is neither a code nor a name that is known and was kept in words, where these may name one", "Publish inLanguage as a code such as en or cy.", "modelling-opportunity-data/#schema-event";
    ActivityMissing = "activity-missing", Warning, "no activity", "Publish an activity from the OpenActive activity list.", "activity-list/";
    ActivityUnlisted = "activity-unlisted", Info, "the activity is not in the activity list and became a category", "Use an activity from the OpenActive activity list.", "activity-list/";
    ConceptMismatch = "concept-mismatch", Warning, "the label and the URI of a concept disagree", "Make label and URI agree.", "activity-list/";
    PriceUnreadable = "price-unreadable", Warning, "a price is not a number; the offer was dropped", "Publish price as a number.", "modelling-opportunity-data/#describing-offers";
    PriceInText = "price-in-text", Info, "a price was read from text", "Publish price as a number.", "modelling-opportunity-data/#describing-offers";
    FreeContradicted = "free-contradicted", Warning, "marked as free and also priced; the prices were believed", "Make isAccessibleForFree and offers agree.", "modelling-opportunity-data/#describing-offers";
    ScheduleUnusable = "schedule-unusable", Warning, "a schedule has no start time or no rule HSDS can say, days, dates or times in it cannot be read, or its sessions are at other times", "Publish startTime and byDay or repeatFrequency, with days, dates and times as the standard writes them.", "modelling-opportunity-data/#describing-schedules";
    ScheduleGuessedWeekly = "schedule-guessed-weekly", Info, "no repeatFrequency; weekly was assumed from byDay", "Publish repeatFrequency.", "modelling-opportunity-data/#describing-schedules";
    ScheduleDerived = "schedule-derived", Info, "the pattern was worked out from single dates", "Publish an eventSchedule.", "modelling-opportunity-data/#describing-schedules";
    ScheduleMissing = "schedule-missing", Warning, "neither a schedule nor an occurrence", "Publish an eventSchedule or occurrences.", "modelling-opportunity-data/#describing-schedules";
    ScheduleTimezone = "schedule-timezone", Info, "the schedule was made for another time zone and was turned into UK time", "Publish local UK times with Europe/London.", "modelling-opportunity-data/#describing-schedules";
    DateRepaired = "date-repaired", Info, "a date was read that is not written as the standard does", "Write dates as 2026-11-30.", "modelling-opportunity-data/#date-and-time";
    StatusUnknown = "status-unknown", Warning, "the status is not one of the standard's", "Use one of the EventStatusType values of schema.org.", "modelling-opportunity-data/#schema-event";
    EndBeforeStart = "end-before-start", Warning, "an end lies before its start and was dropped", "Check start and end times.", "modelling-opportunity-data/#describing-schedules";
    DurationImplausible = "duration-implausible", Warning, "a duration is implausible and was dropped", "Check duration.", "modelling-opportunity-data/#describing-schedules";
    DatesCut = "dates-cut", Info, "more single dates than are shown", "Publish an eventSchedule.", "modelling-opportunity-data/#describing-schedules";
    KeywordUnprefixed = "keyword-unprefixed", Info, "id or type is written without its @", "Write @id and @type.", "modelling-opportunity-data/#json-ld";
    TermPrefixed = "term-prefixed", Info, "a name or value of the standard is written with a prefix or at another address", "Write names and values as the standard does, such as https://openactive.io/FemaleOnly.", "modelling-opportunity-data/#json-ld";
    TextForObject = "text-for-object", Info, "text stands where an object belongs", "Publish an object with an @type.", "modelling-opportunity-data/#describing-opportunities";
    SingleForList = "single-for-list", Info, "a single value stands where a list belongs", "Publish a list, also of one.", "modelling-opportunity-data/#describing-opportunities";
    NumberInText = "number-in-text", Info, "a number is written as text", "Publish numbers without quotation marks.", "modelling-opportunity-data/#describing-opportunities";
    ValueEmpty = "value-empty", Info, "an empty value was taken as none", "Leave out properties that have no value.", "modelling-opportunity-data/#describing-opportunities";
    ConceptByLabel = "concept-by-label", Info, "a concept without a URI of the list was recognised by its label", "Publish the concept's @id from the list.", "activity-list/";
    CurrencyAssumed = "currency-assumed", Info, "a price without a currency was taken as pounds", "Publish priceCurrency.", "modelling-opportunity-data/#describing-offers";
    OffsetMissing = "offset-missing", Info, "a time without an offset was taken as UK time", "Publish times with Z or an offset.", "realtime-paged-data-exchange/#date-and-time-formats";
    TimezoneAssumed = "timezone-assumed", Info, "a schedule names no time zone that is known; UK time was assumed", "Publish scheduleTimezone.", "modelling-opportunity-data/#describing-schedules";
    EndRounded = "end-rounded", Info, "an end one second before the minute was rounded up", "Publish the minute at which the session ends.", "modelling-opportunity-data/#date-and-time";
    PostcodeRepaired = "postcode-repaired", Info, "a postcode was put into its usual form", "Publish postcodes as OX10 8AA, with nothing beside them.", "modelling-opportunity-data/#schema-postaladdress";
    UrlRepaired = "url-repaired", Info, "a web address was completed or its characters encoded", "Publish valid addresses that begin with https://.", "modelling-opportunity-data/#schema-event";
    SourceDuplicate = "source-duplicate", Info, "the same object is published in another feed that comes first", "Publish each object in one feed.", "realtime-paged-data-exchange/#items";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_survive_a_round_trip() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for &code in Code::ALL {
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
        }
    }
}
