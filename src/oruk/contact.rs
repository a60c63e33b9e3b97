//! Contacts and telephone numbers. Never of a private person.

use serde::Deserialize;
use serde::Serialize;

use super::id::Id;

/// A [contact](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#contact) of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Derived from service and role.
    pub id: Id,
    /// The service.
    pub service_id: Id,
    /// Name of a team, an organisation or a venue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// E-mail (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone numbers (HSDS, not in the UK profile).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
}

/// A [phone](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#phone).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Derived from contact and digits.
    pub id: Id,
    /// The contact.
    pub contact_id: Id,
    /// The number as published.
    pub number: String,
    /// Whose number it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
