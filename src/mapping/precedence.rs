//! Where fields are taken from: lists of properties of the source, the first that is stated wins.
//!
//! The lists are data (`mappings/fields.toml`, `[fields]` of a preset). What each property means to its
//! field is code, so a list may leave out and reorder, not invent.

use std::collections::BTreeMap;

use toml::Spanned;

/// A field whose sources are a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    Organization,
    OrganizationName,
    Description,
    Url,
    Email,
    Age,
    ExternalIdentifier,
    ScheduleLink,
}

/// Something of an opportunity that a field may be taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Organizer,
    Provider,
    ServiceOperator,
    Name,
    LegalName,
    GivenAndFamilyName,
    Description,
    FormattedDescription,
    Url,
    OfferUrl,
    ContactPoint,
    Location,
    AgeRestriction,
    AgeRange,
    Uprn,
    ActivePlaces,
    Id,
    Identifier,
}

/// Each field with the table and the key it has in the file, and its sources in the order of the
/// specification.
const FIELDS: [(Field, &str, &str, &[Property]); 8] = [
    (
        Field::Organization,
        "service",
        "organization",
        &[Property::Organizer, Property::Provider, Property::ServiceOperator],
    ),
    (
        Field::Description,
        "service",
        "description",
        &[Property::Description, Property::FormattedDescription],
    ),
    (Field::Url, "service", "url", &[Property::Url, Property::OfferUrl]),
    (
        Field::Email,
        "service",
        "email",
        &[Property::ContactPoint, Property::Organizer, Property::Location],
    ),
    (Field::Age, "service", "age", &[Property::AgeRestriction, Property::AgeRange]),
    (
        Field::OrganizationName,
        "organization",
        "name",
        &[Property::Name, Property::LegalName, Property::GivenAndFamilyName],
    ),
    (
        Field::ExternalIdentifier,
        "location",
        "external_identifier",
        &[Property::Uprn, Property::ActivePlaces, Property::Id, Property::Identifier],
    ),
    (Field::ScheduleLink, "schedule", "schedule_link", &[Property::OfferUrl, Property::Url]),
];

impl Property {
    /// Returns the name in the files: as the standard spells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Organizer => "organizer",
            Self::Provider => "provider",
            Self::ServiceOperator => "location.beta:serviceOperator",
            Self::Name => "name",
            Self::LegalName => "legalName",
            Self::GivenAndFamilyName => "givenName familyName",
            Self::Description => "description",
            Self::FormattedDescription => "beta:formattedDescription",
            Self::Url => "url",
            Self::OfferUrl => "offers.url",
            Self::ContactPoint => "beta:contactPoint",
            Self::Location => "location",
            Self::AgeRestriction => "ageRestriction",
            Self::AgeRange => "ageRange",
            Self::Uprn => "identifier UPRN",
            Self::ActivePlaces => "identifier ActivePlaces",
            Self::Id => "@id",
            Self::Identifier => "identifier",
        }
    }
}

/// The lists as a file states them: table, key, names of properties.
pub(super) type StatedFields = BTreeMap<String, BTreeMap<Spanned<String>, Vec<Spanned<String>>>>;

/// The lists in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Precedence(BTreeMap<Field, Vec<Property>>);

impl Precedence {
    /// Checks what a file states; a fault is a byte offset and a reason.
    pub(super) fn of(stated: &StatedFields) -> Result<Self, (usize, String)> {
        let mut lists = BTreeMap::new();
        for (table, keys) in stated {
            for (key, names) in keys {
                let at = key.span().start;
                let known = FIELDS.iter().find(|(_, t, k, _)| t == table && k == key.get_ref());
                let Some((field, _, _, allowed)) = known else {
                    let known: Vec<_> =
                        FIELDS.iter().map(|(_, table, key, _)| format!("{table}.{key}")).collect();
                    let known = known.join(", ");
                    return Err((
                        at,
                        format!("`{table}.{}` has no list; known: {known}", key.get_ref()),
                    ));
                };
                lists.insert(*field, properties(names, allowed)?);
            }
        }
        Ok(Self(lists))
    }

    /// Returns these lists, with those they leave out taken from `wider`.
    pub(super) fn over(&self, wider: &Self) -> Self {
        let mut lists = wider.0.clone();
        lists.extend(self.0.clone());
        Self(lists)
    }

    /// Returns the lists with each of them the other way round, and its name.
    pub(super) fn variations(&self) -> Vec<(String, Self)> {
        let turned = FIELDS.iter().map(|(field, table, key, _)| {
            let mut lists = self.0.clone();
            lists.insert(*field, self.of_field(*field).iter().rev().copied().collect());
            (format!("{table}.{key}"), Self(lists))
        });
        turned.collect()
    }

    /// Returns where a field is taken from.
    pub(super) fn of_field(&self, field: Field) -> &[Property] {
        let stated = self.0.get(&field).map(Vec::as_slice);
        let default = || FIELDS.iter().find(|(f, ..)| *f == field).map(|(.., list)| *list);
        stated.or_else(default).unwrap_or_default()
    }
}

fn properties(
    names: &[Spanned<String>],
    allowed: &[Property],
) -> Result<Vec<Property>, (usize, String)> {
    let mut list = Vec::new();
    for name in names {
        let at = name.span().start;
        let Some(property) = allowed.iter().find(|p| p.as_str() == name.get_ref()) else {
            let allowed: Vec<_> = allowed.iter().map(|p| format!("\"{}\"", p.as_str())).collect();
            let reason = format!(
                "\"{}\" is no source of this field; known: {}",
                name.get_ref(),
                allowed.join(", ")
            );
            return Err((at, reason));
        };
        if list.contains(property) {
            return Err((at, format!("\"{}\" stands in the list twice", name.get_ref())));
        }
        list.push(*property);
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::ruleset::Ruleset;

    #[test]
    fn the_file_that_is_built_in_has_the_order_of_the_specification() {
        let expected = FIELDS.map(|(field, _, _, list)| (field, list.to_vec()));
        assert_eq!(Ruleset::built_in().fields, Precedence(BTreeMap::from(expected)));
    }
}
