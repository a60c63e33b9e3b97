//! Contacts. An e-mail has no field here: it is the service's own.

use serde::Serialize;

use crate::oruk;
use crate::oruk::Id;

/// A `contact`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<Phone<'a>>,
}

impl<'a> Contact<'a> {
    pub(super) fn of(contact: &'a oruk::Contact) -> Self {
        Self {
            id: contact.id,
            name: contact.name.as_deref(),
            title: contact.title.as_deref(),
            phones: contact.phones.iter().map(Phone::of).collect(),
        }
    }
}

/// A `phone`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phone<'a> {
    id: Id,
    number: &'a str,
}

impl<'a> Phone<'a> {
    fn of(phone: &'a oruk::Phone) -> Self {
        Self { id: phone.id, number: &phone.number }
    }
}
