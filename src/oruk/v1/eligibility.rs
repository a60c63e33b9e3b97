//! Who a service is for. 1.0 cannot say "any age": both ages are required.

use serde::Serialize;

use super::taxonomy::ServiceTaxonomy;
use crate::oruk;
use crate::oruk::Attribute;
use crate::oruk::Id;
use crate::oruk::number;

/// An `eligibility`. A service has one row at most.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Eligibility<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligibility: Option<EligibilityType>,
    #[serde(serialize_with = "number::one")]
    minimum_age: f64,
    #[serde(serialize_with = "number::one")]
    maximum_age: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taxonomys: Vec<ServiceTaxonomy<'a>>,
}

/// The two words of the enumeration `eligibility` that OpenActive can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EligibilityType {
    /// Women and girls only.
    Female,
    /// Men and boys only.
    Male,
}

impl<'a> Eligibility<'a> {
    /// Projects ages and gender; nothing when neither is stated, since a row would then claim ages
    /// that nobody published.
    pub(super) fn of(service: &'a oruk::Service) -> Option<Self> {
        let restrictions = service.attributes.iter().filter(|a| is_eligibility(a));
        let taxonomys: Vec<_> = restrictions.clone().filter_map(ServiceTaxonomy::of).collect();
        let has_age = service.minimum_age.is_some() || service.maximum_age.is_some();
        if !has_age && taxonomys.is_empty() {
            return None;
        }
        Some(Self {
            id: Id::derive_under("eligibility", service.id, &[]),
            eligibility: restrictions.clone().find_map(EligibilityType::of),
            minimum_age: service.minimum_age.unwrap_or(NO_MINIMUM_AGE),
            maximum_age: service.maximum_age.unwrap_or(NO_MAXIMUM_AGE),
            taxonomys,
        })
    }
}

impl EligibilityType {
    fn of(attribute: &Attribute) -> Option<Self> {
        let uri = attribute.taxonomy_term.term_uri.as_deref()?;
        match uri.rsplit(['/', '#']).next()? {
            "FemaleOnly" => Some(Self::Female),
            "MaleOnly" => Some(Self::Male),
            _ => None,
        }
    }
}

/// Tells whether an attribute restricts who may come, rather than saying what the service is.
pub(super) fn is_eligibility(attribute: &Attribute) -> bool {
    attribute.link_type == "eligibility"
}

/// What 1.0 says for "no minimum age", in years.
const NO_MINIMUM_AGE: f64 = 0.0;
/// What 1.0 says for "no maximum age", in years.
const NO_MAXIMUM_AGE: f64 = 120.0;
