//! Cost options.

use serde::Deserialize;
use serde::Serialize;

use super::id::Id;
use super::number;

/// A [cost option](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#cost_option).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostOption {
    /// Derived from service and offer.
    pub id: Id,
    /// The service.
    pub service_id: Id,
    /// Who or what the price is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// ISO 4217 code (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The price; nought when free.
    #[serde(serialize_with = "number::one")]
    pub amount: f64,
    /// The price in words: `£5.50 per session`, `Free`.
    pub amount_description: String,
}
