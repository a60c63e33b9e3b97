//! Organisations.

use serde::Serialize;

use crate::oruk;
use crate::oruk::Id;

/// An `organization`: nested in a service, an item of `/organizations`, or with its lists its detail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Organization<'a> {
    id: Id,
    name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// What 3.0 calls `website`.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<Vec<ServiceReference<'a>>>,
    /// Always empty: OpenActive knows no reviews, and readers of 1.0 expect the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    reviews: Option<[(); 0]>,
}

impl<'a> Organization<'a> {
    /// Projects the scalars.
    pub fn summary(organization: &'a oruk::Organization) -> Self {
        Self {
            id: organization.id,
            name: &organization.name,
            description: &organization.description,
            email: organization.email.as_deref(),
            url: organization.website.as_deref(),
            logo: organization.logo.as_deref(),
            uri: organization.uri.as_deref(),
            services: None,
            reviews: None,
        }
    }

    /// Projects the detail; `services` are those the organisation provides.
    pub fn full(
        organization: &'a oruk::Organization,
        services: impl IntoIterator<Item = ServiceReference<'a>>,
    ) -> Self {
        Self {
            services: Some(services.into_iter().collect()),
            reviews: Some([]),
            ..Self::summary(organization)
        }
    }
}

/// A service named from elsewhere. The published schema asks for the name as well as the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ServiceReference<'a> {
    /// The service.
    pub id: Id,
    /// Its name, when at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
}

impl<'a> ServiceReference<'a> {
    /// Names a service.
    pub fn of(service: &'a oruk::Service) -> Self {
        Self { id: service.id, name: Some(&service.name) }
    }
}
