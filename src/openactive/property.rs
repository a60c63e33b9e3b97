//! The names that properties have in the standard, read or not.

use super::lenient::is_language;

/// Tells whether a property has a name of the standard, or one that publishers write in its place, such as the
/// language of a text. Any other may be anything: in an object by name, the name of a person.
pub fn is_property(name: &str) -> bool {
    let bare = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    NAMES.binary_search(&bare).is_ok() || is_language(name)
}

/// Prefixes that a property's name may have.
const PREFIXES: [&str; 4] = ["@", "oa:", "schema:", "beta:"];

/// All that `docs/PROPERTIES.md` lists of classes in items, and all that is read, in the order of their letters.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "acceptedPaymentMethod", "accessCode", "accessId", "accessibilityInformation", "accessibilitySupport", "activity",
    "additionalAdmissionRestriction", "address", "addressCountry", "addressLocality", "addressRegion",
    "advanceBooking", "affiliatedLocation", "ageRange", "ageRestriction", "aggregateFacilityUse",
    "allowCustomerCancellationFullRefund", "altLabel", "alternateName", "amenityFeature", "attendeeCount",
    "attendeeInstructions", "author", "bookingChannel", "broader", "byDay", "byMonth", "byMonthDay", "category",
    "closes", "concept", "contactPoint", "contactType", "containedInPlace", "containsPlace", "contentUrl", "context",
    "contributor", "customerAccountBookingRestriction", "dataset", "dayOfWeek", "definition", "description",
    "distance", "distribution", "donationPaymentUrl", "duration", "eligibleCustomerType", "eligibleEntitlementType",
    "email", "embedUrl", "emergencyContact", "encodingFormat", "endDate", "endTime", "estimatedDuration", "event",
    "eventAttendanceMode", "eventSchedule", "eventStatus", "exceptDate", "facilitySetting", "facilityType",
    "facilityUse", "familyName", "formalCriteriaMet", "formattedDescription", "frequency", "gender",
    "genderRestriction", "geo", "givenName", "graph", "hasAccount", "hasPart", "hasTopConcept", "height",
    "hiddenLabel", "hoursAvailable", "id", "idTemplate", "identifier", "image", "imin:membershipRequired",
    "inLanguage", "inScheme", "individualFacilityUse", "instanceOfCourse", "isAccessibleForFree", "isCoached",
    "isFirstSessionAccessibleForFree", "isFree", "isOpenBookingAllowed", "isOpenBookingWithCustomerAccountAllowed",
    "isWheelchairAccessible", "jobTitle", "label", "language", "lat", "latestCancellationBeforeStartDate", "latitude", "leader",
    "legalName", "level", "licence", "license", "lng", "location", "logo", "lon", "long", "longitude", "maxValue",
    "maximumAttendeeCapacity", "maximumUses", "maximumVirtualAttendeeCapacity", "meetingPoint", "membershipRequired",
    "minValue", "name", "narrower", "notation", "offer", "offerValidityPeriod", "offers",
    "openBookingFlowRequirement", "openBookingInAdvance", "openBookingPrepayment", "openingHoursSpecification",
    "opens", "organiser", "organizer", "participantSuppliedEquipment", "partySize", "placeType", "postalCode",
    "postcode", "prefLabel", "previousStartDate", "price", "priceCurrency", "programme", "propertyID", "propertyId",
    "provider", "publisher", "registrationCount", "related", "remainingAttendeeCapacity", "remainingUses",
    "repeatCount", "repeatFrequency", "sameAs", "scheduleTimezone", "scheduledEventType", "schedulingNote",
    "serviceOperator", "specialOpeningHoursSpecification", "sportsActivityLocation", "startDate", "startTime",
    "streetAddress", "subEvent", "superEvent", "taxMode", "telephone", "termsOfService", "thumbnail", "timeZone",
    "topConceptOf", "type", "unitCode", "unitText", "url", "urlTemplate", "validFrom", "validFromBeforeStartDate",
    "validThrough", "validThroughBeforeStartDate", "value", "vatID", "video", "virtualLocation", "virtualTour",
    "width", "workFeatured",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_with_every_prefix_and_nothing_else_is() {
        assert!(NAMES.is_sorted());
        for name in [
            "@id",
            "beta:contactPoint",
            "schema:name",
            "oa:level",
            "leader",
            "attendeeInstructions",
            "@language",
            "en",
            "cy-GB",
        ] {
            assert!(is_property(name), "{name}");
        }
        for name in
            ["", "@", "JaneSmith", "jo@example.org", "x:attendees", "Name", "amy", "en-Jane"]
        {
            assert!(!is_property(name), "{name}");
        }
    }
}
