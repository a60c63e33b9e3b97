//! Organisations, people and contact points.
//!
//! Only what may be published is read: leaders, contributors, genders, home addresses and job titles
//! never enter memory as values.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-organizations>.

use super::identifier::Identifier;
use super::lenient::Many;
use super::lenient::Text;
use super::lenient::lenient_object;
use super::opportunity::Image;

lenient_object! {
    /// An [`Organization`](https://openactive.io/Organization) or a
    /// [`Person`](https://openactive.io/Person) who organises or provides an opportunity.
    pub struct Party {
        /// `Organization` or `Person`.
        type_name: Text = "@type" | "type",
        /// URI of the party.
        id: Text = "@id" | "id",
        /// Local or registered identifiers.
        identifier: Identifier = "identifier",
        /// Public name.
        name: Text = "name",
        /// Registered name.
        legal_name: Text = "legalName",
        /// First name, when the party is a person.
        given_name: Text = "givenName",
        /// Last name, when the party is a person.
        family_name: Text = "familyName",
        /// What the party does.
        description: Text = "description",
        /// Public e-mail address.
        email: Text = "email",
        /// Public telephone number.
        telephone: Text = "telephone",
        /// Home page.
        url: Text = "url",
        /// Logo.
        logo: Image = "logo",
        /// Quality marks met.
        formal_criteria_met: Many<Text> = "beta:formalCriteriaMet" | "formalCriteriaMet",
    }
    text => name
}

impl Party {
    /// Tells whether the party is a private person, whose details are never published.
    pub fn is_person(&self) -> bool {
        self.type_name.as_str().rsplit(['/', ':', '#']).next() == Some("Person")
    }
}

lenient_object! {
    /// A public contact (`beta:contactPoint`).
    pub struct ContactPoint {
        /// Name, often of a person.
        name: Text = "name",
        /// Role, such as `customer service`.
        contact_type: Text = "contactType",
        /// E-mail address.
        email: Text = "email",
        /// Telephone number.
        telephone: Text = "telephone",
    }
    text => name
}
