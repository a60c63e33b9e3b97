//! Offers and the quantities that restrict them.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-offers>.

use super::concept::Concept;
use super::figure::Figure;
use super::identifier::Identifier;
use super::lenient::Flag;
use super::lenient::Lines;
use super::lenient::Many;
use super::lenient::Text;
use super::lenient::lenient_object;

lenient_object! {
    /// A [`QuantitativeValue`](https://schema.org/QuantitativeValue), used for ages.
    pub struct QuantitativeValue {
        /// Lower bound, inclusive.
        min_value: Figure = "minValue",
        /// Upper bound, inclusive.
        max_value: Figure = "maxValue",
        /// UN/CEFACT unit (`MON`, `WEE`, `DAY`, `ANN`); years when absent.
        unit_code: Text = "unitCode" | "unitText",
        /// Text given instead of numbers (`16+`, `All Ages`), or one number of which nobody knows what it bounds.
        name: Text = "name" | "description" | "value",
    }
    text => name, number => name; alone
}

lenient_object! {
    /// An [`Offer`](https://openactive.io/Offer): a price and who it is for.
    pub struct Offer {
        /// Type, such as `Offer` or `beta:IndicativeOffer`.
        type_name: Text = "@type" | "type",
        /// URI of the offer.
        id: Text = "@id" | "id",
        /// Local identifier.
        identifier: Identifier = "identifier",
        /// What the offer is called.
        name: Text = "name",
        /// More about the offer.
        description: Text = "description",
        /// Price as published, a number or text with signs around it.
        price: Text = "price",
        /// ISO 4217 currency.
        price_currency: Text = "priceCurrency",
        /// Enforced ages.
        age_restriction: Many<QuantitativeValue> = "ageRestriction",
        /// Recommended ages.
        age_range: Many<QuantitativeValue> = "ageRange",
        /// Whether booking in advance is needed.
        open_booking_in_advance: Text = "openBookingInAdvance" | "advanceBooking",
        /// Where to book.
        url: Text = "url",
        /// Memberships that entitle to the offer.
        eligible_entitlement_type: Many<Concept> = "eligibleEntitlementType",
        /// Who the offer is for, such as `Member`.
        eligible_customer_type: Lines = "beta:eligibleCustomerType" | "eligibleCustomerType",
        /// Whether one has to be a member (imin).
        is_membership_required: Flag = "imin:membershipRequired" | "membershipRequired",
    }
    text => price
}
