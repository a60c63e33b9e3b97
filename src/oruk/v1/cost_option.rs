//! Cost options.

use serde::Serialize;

use crate::oruk;
use crate::oruk::Id;
use crate::oruk::number;

/// A `cost_option`. Prices come without dates, so `valid_from` and `valid_to` never appear.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostOption<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<&'a str>,
    #[serde(serialize_with = "number::one")]
    amount: f64,
    amount_description: &'a str,
}

impl<'a> CostOption<'a> {
    pub(super) fn of(option: &'a oruk::CostOption) -> Self {
        Self {
            id: option.id,
            option: option.option.as_deref(),
            amount: option.amount,
            amount_description: &option.amount_description,
        }
    }
}
