//! Organisations, people and contact points.
//!
//! Only what may be published is read, and what reaches people, to be taken out of texts that repeat it: leaders,
//! contributors, genders, home addresses and job titles never enter memory as values.
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
use super::vocabulary::word_of;

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
        /// E-mail address, or several.
        email: Lines = "email",
        /// Telephone number, or several.
        telephone: Lines = "telephone",
        /// Mobile number, never published.
        mobile: Lines = "mobile",
        /// Fax number, never published.
        fax_number: Lines = "faxNumber",
        /// How else the party is reached, never published.
        contact_point: Many<ContactPoint> = "contactPoint" | "beta:contactPoint",
        /// Home page.
        url: Text = "url",
        /// Logo.
        logo: Image = "logo",
        /// Quality marks met.
        formal_criteria_met: Many<Text> = "beta:formalCriteriaMet" | "formalCriteriaMet",
    }
    text => name; alone
}

impl Party {
    /// Tells whether the party is a private person, whose details are never published: whatever else it is
    /// said to be, or, where it is not said to be an organisation, by its first or last name.
    pub fn is_person(&self) -> bool {
        self.types().any(is_kind_of_person) || (!self.is_organization() && self.has_own_name())
    }

    /// Tells whether the party is said to be an organisation.
    pub fn is_organization(&self) -> bool {
        let is_in_role = || self.types().any(|name| ends_in(name, ROLES));
        self.types().any(|name| ends_in(name, ORGANIZATIONS))
            || (!self.has_own_name() && is_in_role())
    }

    /// Tells whether the party is said to be something, be that a kind of person, of organisation or neither. A
    /// `Thing` is anything.
    pub fn is_typed(&self) -> bool {
        self.types().any(|name| !is_word(name, "Thing"))
    }

    /// Returns the addresses and numbers of the party itself.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        let details = [&self.email, &self.telephone, &self.mobile, &self.fax_number];
        details.into_iter().flat_map(Lines::iter)
    }

    fn has_own_name(&self) -> bool {
        !self.given_name.is_absent() || !self.family_name.is_absent()
    }

    fn types(&self) -> impl Iterator<Item = &str> {
        self.type_name.iter().chain(self.keyword_type.iter())
    }
}

fn is_kind_of_person(name: &str) -> bool {
    let word = word_of(name).to_ascii_lowercase();
    word.ends_with("person") || word == "individual"
}

/// A type that is not known, a `Thing` above all, may be a person's.
fn ends_in(name: &str, known: &str) -> bool {
    let word = word_of(name).to_ascii_lowercase();
    known.split_whitespace().any(|end| word.ends_with(end))
}

/// What the names of organisations and businesses end in, at schema.org and elsewhere.
const ORGANIZATIONS: &str = "organization organisation business company corporation consortium cooperative \
    airline school preschool university college ngo charity project system library group team club gym center \
    centre complex course alley pool resort arena stadium location place park party union agency office \
    studio store shop hotel theater museum church council association trust society federation authority \
    clinic hospital restaurant cafe pub spa salon brand venue facility body cic";

/// What organisations are called by what they do. People do it too, who have first and last names.
const ROLES: &str = "provider operator host partner publisher";

lenient_object! {
    /// A public contact (`beta:contactPoint`).
    pub struct ContactPoint {
        /// `ContactPoint`, or a person's.
        type_name: Lines = "@type" | "type",
        /// Name, often of a person.
        name: Text = "name",
        /// First name, when it is a person's.
        given_name: Text = "givenName",
        /// Last name, when it is a person's.
        family_name: Text = "familyName",
        /// Role, such as `customer service`.
        contact_type: Text = "contactType",
        /// E-mail address, or several.
        email: Lines = "email",
        /// Telephone number, or several.
        telephone: Lines = "telephone",
        /// Mobile number, never published.
        mobile: Lines = "mobile",
        /// Fax number, never published.
        fax_number: Lines = "faxNumber",
    }
    text => name; alone
}

impl ContactPoint {
    /// Tells whether a private person stands where a contact point belongs: by the type, or where it is not said to
    /// be a contact point or an organisation, by a first or last name.
    pub fn is_person(&self) -> bool {
        let has_own_name = !self.given_name.is_absent() || !self.family_name.is_absent();
        let is_public = |name| is_word(name, "ContactPoint") || ends_in(name, ORGANIZATIONS);
        self.type_name.iter().any(is_kind_of_person)
            || (has_own_name && !self.type_name.iter().any(is_public))
    }

    /// Returns its addresses and numbers.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        let details = [&self.email, &self.telephone, &self.mobile, &self.fax_number];
        details.into_iter().flat_map(Lines::iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_one_however_that_is_written() {
        for (json, is_person, is_organization) in [
            (r#"{"@type":"Person"}"#, true, false),
            (r#"{"@type":"person"}"#, true, false),
            (r#"{"type":"PERSON"}"#, true, false),
            (r#"{"@type":["Thing","Person"]}"#, true, false),
            (r#"{"@type":["Person","Organization"]}"#, true, true),
            (r#"{"@type":"https://schema.org/Person/"}"#, true, false),
            (r#"{"@type":"schema:Person"}"#, true, false),
            (r#"{"@type":"Organization","type":"Person"}"#, true, true),
            (r#"{"givenName":"Jane"}"#, true, false),
            (r#"{"@type":"Thing","familyName":"Smith"}"#, true, false),
            (r#"{"@type":"Organization","givenName":"Jane"}"#, false, true),
            (r#"{"@type":"SportsOrganization"}"#, false, true),
            (r#"{"name":"Jane Smith"}"#, false, false),
            (r#"{"@type":"Individual"}"#, true, false),
            (r#"{"@type":"IndividualPerson"}"#, true, false),
            (r#"{"@type":"SoleTrader"}"#, false, false),
            (r#"{"@type":"SoleTrader","givenName":"Jane"}"#, true, false),
            (r#"{"@type":"Seller"}"#, false, false),
            (r#"{"@type":5}"#, false, false),
            (r#"{"@type":true,"familyName":"Smith"}"#, true, false),
            (r#"{"@type":"https://schema.org/SportsClub"}"#, false, true),
            (r#"{"@type":"LocalBusiness"}"#, false, true),
            (r#"{"@type":"NGO"}"#, false, true),
            (r#"{"@type":"CollegeOrUniversity"}"#, false, true),
            (r#"{"@type":"Brand"}"#, false, true),
            (r#"{"@type":"LeisureProvider"}"#, false, true),
            (r#"{"@type":"Operator"}"#, false, true),
            (r#"{"@type":"Venue"}"#, false, true),
            (r#"{"@type":"Facility"}"#, false, true),
            (r#"{"@type":"CIC"}"#, false, true),
            (r#"{"@type":"Host"}"#, false, true),
            (r#"{"@type":"Partner"}"#, false, true),
            (r#"{"@type":"Publisher"}"#, false, true),
            (r#"{"@type":"SportsGoverningBody"}"#, false, true),
            (r#"{"@type":"Host","givenName":"Jane"}"#, true, false),
            (r#"{"@type":"Thing"}"#, false, false),
        ] {
            let party: Party = serde_json::from_str(json).unwrap();
            let said = (party.is_person(), party.is_organization());
            assert_eq!(said, (is_person, is_organization), "{json}");
        }
    }

    #[test]
    fn a_contact_point_with_a_persons_own_name_is_a_person_unless_a_type_says_otherwise() {
        for (json, is_person) in [
            (r#"{"givenName":"Jane"}"#, true),
            (r#"{"@type":"Thing","familyName":"Smith"}"#, true),
            (r#"{"@type":"Person"}"#, true),
            (r#"{"name":"Jane Smith"}"#, false),
            (r#"{"@type":"ContactPoint","givenName":"Jane"}"#, false),
            (r#"{"@type":"SportsClub","givenName":"Jane"}"#, false),
        ] {
            let point: ContactPoint = serde_json::from_str(json).unwrap();
            assert_eq!(point.is_person(), is_person, "{json}");
        }
    }

    #[test]
    fn all_that_reaches_somebody_is_read() {
        let json =
            r#"{"email":["a@x.org","b@x.org"],"telephone":"1","mobile":["2","3"],"faxNumber":4}"#;
        let party: Party = serde_json::from_str(json).unwrap();
        let expected = ["a@x.org", "b@x.org", "1", "2", "3", "4"];
        assert!(party.details().eq(expected));
        let point: ContactPoint = serde_json::from_str(json).unwrap();
        assert!(point.details().eq(expected));
    }
}
