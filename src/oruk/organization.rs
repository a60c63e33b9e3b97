//! Organisations.

use serde::Deserialize;
use serde::Serialize;

use super::id::Id;

/// An [organization](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#organization).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Derived from the organiser.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Description; a neutral sentence when none is published, since the field is required.
    pub description: String,
    /// Public e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Persistent identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Company and charity numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organization_identifiers: Vec<OrganizationIdentifier>,
}

/// An [organization identifier](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#organization_identifier).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationIdentifier {
    /// Derived from organisation, scheme and number.
    pub id: Id,
    /// The organisation.
    pub organization_id: Id,
    /// org-id.guide scheme: `GB-COH` or `GB-CHC`.
    pub identifier_scheme: String,
    /// The scheme in words.
    pub identifier_type: String,
    /// The number.
    pub identifier: String,
}
