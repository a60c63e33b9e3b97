//! Places, addresses, opening hours and amenities.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-locations>.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;

use super::identifier::Identifier;
use super::lenient::Absent;
use super::lenient::Flag;
use super::lenient::Lines;
use super::lenient::Many;
use super::lenient::Nested;
use super::lenient::Number;
use super::lenient::Text;
use super::lenient::lenient_object;

lenient_object! {
    /// A [`PostalAddress`](https://schema.org/PostalAddress); a bare string is its `text`.
    pub struct PostalAddress {
        /// Building and street, a line or several.
        street_address: Lines = "streetAddress",
        /// Town or city.
        address_locality: Text = "addressLocality",
        /// County or region.
        address_region: Text = "addressRegion",
        /// Postcode.
        postal_code: Text = "postalCode" | "postcode",
        /// ISO 3166-1 alpha-2 code, or a country's name.
        address_country: Text = "addressCountry",
        /// The whole address when it was published as one string.
        text: Text = "@value",
    }
    text => text allowed
}

lenient_object! {
    /// [`GeoCoordinates`](https://schema.org/GeoCoordinates) in degrees (WGS 84).
    pub struct GeoCoordinates {
        /// Degrees north.
        latitude: Number = "latitude" | "lat",
        /// Degrees east.
        longitude: Number = "longitude" | "long" | "lng" | "lon",
        /// Text published instead of coordinates; not used.
        text: Text = "@value",
    }
    text => text
}

lenient_object! {
    /// A feature a place has or lacks.
    pub struct AmenityFeature {
        /// Type, such as `ChangingFacilities`.
        type_name: Text = "@type" | "type",
        /// Label.
        name: Text = "name",
        /// Whether the place has it.
        value: Flag = "value",
    }
    text => name
}

lenient_object! {
    /// An [`OpeningHoursSpecification`](https://schema.org/OpeningHoursSpecification).
    pub struct OpeningHours {
        /// Days of the week.
        day_of_week: Many<Text> = "dayOfWeek",
        /// Opening time, local.
        opens: Text = "opens",
        /// Closing time, local.
        closes: Text = "closes",
        /// First date it applies.
        valid_from: Text = "validFrom",
        /// Last date it applies.
        valid_through: Text = "validThrough",
        /// Hours published as prose; not used.
        text: Text = "description",
    }
    text => text
}

lenient_object! {
    /// A `VirtualLocation` (`beta:virtualLocation`). What lets people in is read to be taken out of texts
    /// that repeat it, for nothing else.
    pub struct VirtualLocation {
        /// Name, such as the platform's.
        name: Text = "name",
        /// How to take part.
        description: Text = "description",
        /// Address on the web; joining links are recognised and dropped by the mapping.
        url: Text = "url",
        /// Number of the meeting.
        access_id: Secret = "accessId",
        /// Password of the meeting.
        access_code: Secret = "accessCode",
    }
    text => name
}

/// What lets people into a meeting. Sessions that differ in nothing else are alike: it says nothing of them.
#[derive(Clone, Default)]
pub struct Secret(Text);

impl Secret {
    /// Returns the secret, empty when there is none.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Absent for Secret {
    fn is_absent(&self) -> bool {
        self.0.is_absent()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self)
    }
}

lenient_object! {
    /// A [`Place`](https://openactive.io/Place); a bare string is its URI.
    pub struct Place {
        /// `Place`, `SportsActivityLocation` or `VirtualLocation`.
        type_name: Text = "@type" | "type",
        /// URI of the place.
        id: Text = "@id" | "id",
        /// Local or national identifiers (UPRN, Active Places).
        identifier: Identifier = "identifier",
        /// Name.
        name: Text = "name",
        /// Description.
        description: Text = "description",
        /// Address, structured or as one string.
        address: PostalAddress = "address",
        /// Coordinates.
        geo: GeoCoordinates = "geo",
        /// Venue's telephone.
        telephone: Text = "telephone",
        /// Venue's e-mail.
        email: Text = "email",
        /// Venue's page.
        url: Text = "url",
        /// Amenities.
        amenity_feature: Many<AmenityFeature> = "amenityFeature",
        /// Opening hours.
        opening_hours_specification: Many<OpeningHours> = "openingHoursSpecification",
        /// Hours on special dates.
        special_opening_hours_specification: Many<OpeningHours> = "specialOpeningHoursSpecification",
        /// Number of the meeting, of a `VirtualLocation`.
        access_id: Secret = "accessId",
        /// Password of the meeting, of a `VirtualLocation`.
        access_code: Secret = "accessCode",
        /// The place this one is part of.
        contained_in_place: Nested<Place> = "containedInPlace",
        /// Provider of the place (`beta:serviceOperator`), or several.
        service_operator: Many<super::party::Party> = "beta:serviceOperator",
    }
    text => id allowed; alone
}
