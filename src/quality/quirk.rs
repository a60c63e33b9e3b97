//! The quirks of published data: a row for each, numbered as people who follow feeds know them.
//!
//! The table says what each is, why it is met, what is done, and which finding tells the publisher. The
//! repairs themselves stay where the value is read or mapped. Numbers 1 to 21 are about feeds and pages;
//! those of them that reach an item are here too.

use super::Code;

/// A way in which published data strays from the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirk {
    /// Number.
    pub number: u8,
    /// What it is called.
    pub name: &'static str,
    /// Why publishers do it, or who does.
    pub why: &'static str,
    /// When it applies.
    pub when: &'static str,
    /// What is repaired, dropped or assumed.
    pub repair: &'static str,
    /// The finding that tells of it; nothing where no repair is needed.
    pub finding: Option<Code>,
    /// The case that shows it, a folder of `tests/fixtures/mapping`.
    pub fixture: &'static str,
}

macro_rules! quirks {
    ($( $number:literal $name:literal, why $why:literal, when $when:literal, repair $repair:literal,
        finding $finding:expr, case $fixture:literal; )+) => {
        /// Every quirk that concerns an item, by number.
        pub const QUIRKS: &[Quirk] = &[$( Quirk {
            number: $number, name: $name, why: $why, when: $when, repair: $repair,
            finding: $finding, fixture: $fixture,
        } ),+];
    };
}

quirks! {
    10 "kind is not to be trusted", why "kinds are free text", when "the envelope's kind and the body's type disagree, or one is missing", repair "the type is believed, then the last part of the kind; a type not known is an Event", finding None, case "quirk-10-kind-not-to-be-trusted";
    12 "numbers as item ids", why "ids come straight from a database", when "the RPDE id is a number", repair "kept as text; the last resort for an identity", finding Some(Code::IdMissing), case "quirk-12-number-as-item-id";
    13 "modified in any unit", why "the standard asks only that values compare", when "modified is in seconds, milliseconds, microseconds or ticks, or no time at all", repair "a time when it is a plausible one, else the time first seen", finding None, case "quirk-13-modified-in-microseconds";
    15 "tombstones with data", why "the state is changed and nothing else", when "a deleted item still has a body, or its state has capitals", repair "deleted wins", finding Some(Code::TombstoneWithData), case "quirk-15-tombstone-with-data";
    16 "updated without data", why "a join in the publisher's system found nothing", when "an updated item has no body", repair "passed over; what was known before stays", finding Some(Code::ItemWithoutData), case "quirk-16-updated-without-data";
    17 "the same id twice in a page", why "the page was cut from an unsorted list", when "two items of a page share an id", repair "the larger modified wins", finding Some(Code::DuplicateItem), case "quirk-17-duplicate-in-a-page";
    22 "keywords without @", why "older versions of the standard wrote them so", when "`id` or `type` stands for `@id` or `@type`, at any level", repair "read as the keyword", finding Some(Code::KeywordUnprefixed), case "quirk-22-keywords-without-at";
    23 "no @id", why "systems without pages of their own have no URIs", when "an item has no URI", repair "the publisher's slug, the type and the local identifier make the identity", finding Some(Code::IdMissing), case "quirk-23-no-id";
    24 "parents that lead in a circle", why "a series is its own series in the publisher's table", when "superEvent is the item itself, or the chain is longer than six", repair "the chain ends there; an @id that is no web address identifies within the publisher only", finding Some(Code::ParentCycle), case "quirk-24-parent-is-itself";
    25 "contexts of all kinds", why "few consumers resolve them", when "@context is missing, wrong or a third party's, and names carry its prefixes", repair "names are taken literally, without `oa:` and `schema:`", finding Some(Code::TermPrefixed), case "quirk-25-context-and-prefixes";
    26 "prefixed values", why "JSON-LD allows them", when "a value of the standard is written `oa:FemaleOnly`, with http, with www. or with a slash before #", repair "known by its last word, in any case; URIs of the lists are compared without scheme and www.", finding Some(Code::TermPrefixed), case "quirk-26-prefixed-values";
    27 "ages that cannot be", why "forms send their defaults", when "the age range is 0 to 0", repair "no number is published; the words say that none is stated", finding Some(Code::AgeUnusable), case "quirk-27-ages-nought-to-nought";
    27 "ages upside down", why "the two fields of a form were mixed up", when "the minimum is above the maximum", repair "swapped", finding Some(Code::AgeSwapped), case "quirk-27-ages-upside-down";
    27 "several age ranges", why "a list was read out of a form", when "ageRange is a list", repair "the ages they span; where ages between them are left out, words for each and no number", finding Some(Code::AgeUnusable), case "quirk-27-several-age-ranges";
    28 "ages with fractions and units", why "numbers are kept as floating point", when "11.0, or a unitCode of years", repair "read as the number", finding None, case "quirk-28-ages-with-unit-and-fraction";
    28 "ages with a name only", why "a form offers All Ages", when "there is a name and no number", repair "kept as words", finding Some(Code::AgeUnusable), case "quirk-28-ages-named-only";
    29 "ages as text", why "the field is free text at the publisher's", when "ageRange is text, or only offers have ages", repair "kept as words and never read as numbers; ages of an offer stay with the offer", finding Some(Code::AgeUnusable), case "quirk-29-ages-as-text";
    29 "bounds as text", why "the fields are free text at the publisher's", when "minValue or maxValue is text, or there is one number alone", repair "a number with years, months, weeks or a plus behind it is read, anything else kept as words", finding Some(Code::AgeUnusable), case "quirk-29-ages-with-words";
    30 "genders outside the standard", why "mixed is a word of the trade", when "genderRestriction is none of the three values", repair "no restriction is published", finding Some(Code::GenderUnknown), case "quirk-30-gender-mixed";
    31 "activities as labels", why "operators name what they sell", when "an activity is text, or has no URI of the list", repair "a web address is its URI, other text is matched by preferred, alternative and hidden label", finding Some(Code::ConceptByLabel), case "quirk-31-activities-as-labels";
    31 "categories for activities", why "a system has categories only", when "there is no activity", repair "the categories stay categories; nothing is guessed from them", finding Some(Code::ActivityMissing), case "quirk-31-category-only";
    32 "prices as text", why "the price is a line of the web page", when "the price has a sign or words around it", repair "the only number in it is the price, in the currency of its sign; several are none", finding Some(Code::PriceInText), case "quirk-32-one-offer-with-price-in-text";
    32 "text that is no price", why "the field is free text at the publisher's", when "the number is a count, an age, a deposit, a donation, a saving, what members pay, or the price of several", repair "the offer is dropped", finding Some(Code::PriceUnreadable), case "quirk-32-text-that-is-no-price";
    32 "prices without currency", why "everybody there pays in pounds", when "a price above nothing has no currency", repair "pounds", finding Some(Code::CurrencyAssumed), case "quirk-32-one-offer-with-price-in-text";
    33 "end times written as durations", why "the wrong field of a form", when "a duration is between 14 hours and a day", repair "dropped: no end is shown", finding Some(Code::DurationImplausible), case "quirk-33-end-written-as-duration";
    33 "ends one second early", why "ranges are kept without overlap", when "an end is at second 59, except in the last minute of a day", repair "rounded up", finding Some(Code::EndRounded), case "quirk-33-end-one-second-early";
    34 "times without offset", why "systems keep local time", when "a date and time has neither Z nor an offset", repair "UK time", finding Some(Code::OffsetMissing), case "quirk-34-offsets-and-old-dates";
    35 "schedules without frequency", why "weekly goes without saying", when "byDay and no repeatFrequency", repair "weekly", finding Some(Code::ScheduleGuessedWeekly), case "quirk-35-schedule-in-odd-shapes";
    35 "schedules without time zone", why "older versions of the standard did not ask", when "no scheduleTimezone, or no name of the list", repair "UK time", finding Some(Code::TimezoneAssumed), case "quirk-35-schedule-in-odd-shapes";
    35 "single values for lists", why "a list of one is sent as the one", when "an object or text stands for a list", repair "a list of one; of several days, months or dates where there are commas between them", finding Some(Code::SingleForList), case "quirk-35-schedule-in-odd-shapes";
    35 "dates as people write them", why "typed by hand", when "a date of a schedule is `30/11/2026`, `30 November 2026` or `20261130`, or a span", repair "read with the day first; of a span the days of the rule are left out", finding Some(Code::DateRepaired), case "quirk-35-dates-in-words";
    35 "restrictions that cannot be read", why "typed by hand", when "a start, an end, a count or a month cannot be read", repair "the schedule is not used", finding Some(Code::ScheduleUnusable), case "quirk-35-restriction-that-cannot-be-read";
    35 "restrictions that restrict nothing", why "every column of a table is sent", when "a restriction is 0, false, `N/A`, a date before 1902, 1970-01-01, an end after 2199, or a word such as Ongoing or All where it can mean nothing else", repair "taken as absent", finding Some(Code::ValueEmpty), case "quirk-35-restriction-that-restricts-nothing";
    35 "dates left out in words", why "typed by hand", when "a date left out is Bank Holidays or has no year", repair "the schedule is used and its notes tell the words; remarks in brackets and days of the week beside a date are passed over", finding Some(Code::ScheduleUnusable), case "quirk-35-dates-left-out-in-words";
    35 "frequencies in a word", why "older versions of the standard had frequency", when "frequency stands for repeatFrequency", repair "read as that", finding None, case "quirk-35-older-frequency";
    35 "ends before starts", why "the end was copied from another session", when "the end is before the start and no night lies between", repair "dropped: no end is shown", finding Some(Code::EndBeforeStart), case "quirk-35-schedule-in-odd-shapes";
    36 "places in odd shapes", why "places live in a system of their own", when "the location is a URI of something not published", repair "passed over; the next place of the list or of the parents is taken", finding Some(Code::LocationUnresolved), case "quirk-36-location-is-a-list";
    37 "addresses in a string", why "one field of a form", when "the address, or the place, is text", repair "with a postcode taken apart, the last part being the town; without one it describes the place", finding Some(Code::AddressInString), case "quirk-37-address-in-a-string";
    38 "dirty postcodes", why "typed by hand", when "a postcode is not in its usual form or has something beside it", repair "put into its usual form", finding Some(Code::PostcodeRepaired), case "quirk-38-dirty-postcode";
    38 "no postcodes", why "the field had to be filled in", when "there is no postcode in the field", repair "left empty", finding Some(Code::PostcodeInvalid), case "quirk-38-no-postcode-at-all";
    39 "coordinates swapped", why "others write longitude first", when "the pair lies in the United Kingdom the other way round only", repair "swapped", finding Some(Code::CoordinatesSwapped), case "quirk-39-coordinates-swapped";
    39 "coordinates elsewhere", why "a missing sign, nought, a venue abroad", when "the pair lies in the United Kingdom neither way", repair "dropped; the address stays", finding Some(Code::CoordinatesDropped), case "quirk-39-coordinates-elsewhere";
    39 "points away from their postcodes", why "a missing sign, or the postcode of the office", when "a point is more than five kilometres from its postcode", repair "both are kept, and it is found at both: nobody knows which is right", finding Some(Code::PostcodeElsewhere), case "quirk-39-point-away-from-its-postcode";
    40 "place names only", why "nobody typed more", when "a place has neither address nor coordinates", repair "nothing is looked up", finding Some(Code::CoordinatesMissing), case "quirk-40-place-name-only";
    41 "orphans", why "parents are withdrawn, filtered or late", when "occurrences name a parent that is not published", repair "kept until it is; nothing is published of them; counted as `orphans` of the feed", finding Some(Code::ParentMissing), case "quirk-41-orphans";
    42 "slots of nested courts", why "courts are published inside their facility only", when "slots refer to a court inside a facility", repair "they are the facility's", finding None, case "quirk-42-slots-of-a-nested-court";
    43 "hundreds of sub-events", why "every date is embedded", when "a series embeds its sessions", repair "worked out into a rule where they follow one", finding Some(Code::ScheduleDerived), case "quirk-43-hundreds-of-sub-events";
    44 "chains of embedded parents", why "each level of a system knows its part", when "a session embeds its series, and that its own", repair "values are looked for level by level, up to six", finding Some(Code::IdMissing), case "quirk-44-chain-of-parents";
    45 "text for objects", why "simple systems keep one field", when "programme, logo, image, offer or schedule is text or JSON inside text", repair "text is the name or address, a web address the URI, JSON is read", finding Some(Code::TextForObject), case "quirk-45-text-for-objects";
    46 "empty values", why "every column of a table is sent", when "a property is `\"\"`, `\"-\"` or null", repair "taken as absent", finding Some(Code::ValueEmpty), case "quirk-46-empty-values-and-markup";
    46 "markup in text", why "the text is a web page's", when "text that should be plain has tags", repair "tags go, paragraphs stay", finding Some(Code::MarkupInText), case "quirk-46-empty-values-and-markup";
    47 "incomplete addresses", why "typed by hand", when "a web address lacks its scheme or has characters that need encoding", repair "completed; what is there, tracking included, stays", finding Some(Code::UrlRepaired), case "quirk-47-address-without-scheme";
    47 "no addresses", why "a template was not filled in", when "a url is not a web address", repair "dropped", finding Some(Code::UrlInvalid), case "quirk-47-malformed-address";
    48 "unknown properties", why "everybody may extend the model", when "a property is not the standard's", repair "passed over, as the standard asks", finding None, case "quirk-48-unknown-properties";
    50 "cancelled but published", why "so that people learn of it", when "eventStatus is cancelled or postponed", repair "defunct or temporarily closed, with an alert; not deleted", finding None, case "quirk-50-cancelled-series";
    50 "statuses outside the standard", why "a system has its own", when "eventStatus is no value of the standard", repair "one in capitals or without `Event` is read; one that says active or open is passed over; another is told in an alert, and closes for the time being where it says cancelled or postponed and no session goes ahead on other dates", finding Some(Code::StatusUnknown), case "quirk-50-status-not-of-the-standard";
    51 "availability", why "every booking is an update", when "remaining places change", repair "not read", finding None, case "quirk-51-availability";
    52 "facilities without pages", why "they are booked by telephone", when "a facility has no url", repair "none is made up", finding Some(Code::UrlMissing), case "quirk-52-facility-without-page";
    54 "look-alikes", why "two systems publish the same session", when "items differ in nothing but @id", repair "never joined without the same @id", finding None, case "quirk-54-look-alikes-stay-apart";
    55 "whose offers", why "offers come down from series only", when "a course has offers and its run has none", repair "not taken over", finding None, case "quirk-55-offers-do-not-come-down";
    56 "free and priced", why "a flag was forgotten", when "isAccessibleForFree stands beside a price", repair "the price is believed", finding Some(Code::FreeContradicted), case "quirk-56-free-and-priced";
    57 "over without a word", why "nothing is withdrawn", when "every date has passed and no schedule goes on", repair "inactive, after 90 days defunct", finding None, case "quirk-57-over-for-a-fortnight";
    58 "labels and URIs that disagree", why "a drop-down was relabelled", when "the label is not the URI's concept", repair "the label is believed: support it does not promise is not promised, and `N/A` or `None` is no label; an own name for a listed activity is kept as category", finding Some(Code::ConceptMismatch), case "quirk-58-label-and-uri-disagree";
    59 "facts about the venue on the session", why "the venue is not a record there", when "beta:isWheelchairAccessible or a capacity stands on a series", repair "wheelchair access goes to the place's accessibility; capacities are not published", finding None, case "quirk-59-wheelchair-access";
}
