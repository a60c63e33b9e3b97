//! Organisations, people and contact points.
//!
//! Only what may be published is read: leaders, contributors, genders, home addresses and job titles
//! never enter memory as values.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-organizations>.

use super::identifier::Identifier;
use super::lenient::Absent as _;
use super::lenient::Lines;
use super::lenient::Many;
use super::lenient::Text;
use super::lenient::lenient_object;
use super::opportunity::Image;
use super::vocabulary::is_word;

lenient_object! {
    /// An [`Organization`](https://openactive.io/Organization) or a
    /// [`Person`](https://openactive.io/Person) who organises or provides an opportunity.
    pub struct Party {
        /// `Organization` or `Person`, or several types.
        type_name: Lines = "@type",
        /// The same without `@`: both may stand, and say different things.
        keyword_type: Lines = "type",
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
    /// Tells whether the party is a private person, whose details are never published: whatever else it is
    /// said to be, or, where its type is not said, by its first or last name.
    pub fn is_person(&self) -> bool {
        let has_own_name = !self.given_name.is_absent() || !self.family_name.is_absent();
        self.types().any(|name| is_word(name, "Person")) || (!self.is_typed() && has_own_name)
    }

    /// Tells whether the party is said to be something: a `Thing` may be anything.
    pub fn is_typed(&self) -> bool {
        self.types().any(|name| !is_word(name, "Thing"))
    }

    fn types(&self) -> impl Iterator<Item = &str> {
        self.type_name.0.as_str().lines().chain(self.keyword_type.0.as_str().lines())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_however_that_is_written() {
        for (json, is_person, is_typed) in [
            (r#"{"@type":"Person"}"#, true, true),
            (r#"{"@type":"person"}"#, true, true),
            (r#"{"type":"PERSON"}"#, true, true),
            (r#"{"@type":["Thing","Person"]}"#, true, true),
            (r#"{"@type":["Person","Organization"]}"#, true, true),
            (r#"{"@type":"https://schema.org/Person/"}"#, true, true),
            (r#"{"@type":"schema:Person"}"#, true, true),
            (r#"{"@type":"Organization","type":"Person"}"#, true, true),
            (r#"{"givenName":"Jane"}"#, true, false),
            (r#"{"@type":"Thing","familyName":"Smith"}"#, true, false),
            (r#"{"@type":"Organization","givenName":"Jane"}"#, false, true),
            (r#"{"@type":"SportsOrganization"}"#, false, true),
            (r#"{"name":"Jane Smith"}"#, false, false),
        ] {
            let party: Party = serde_json::from_str(json).unwrap();
            assert_eq!((party.is_person(), party.is_typed()), (is_person, is_typed), "{json}");
        }
    }
}
