//! What the items of all sample publishers share: the JSON-LD context, prices and ages.

use serde_json::Value;
use serde_json::json;

/// Finishes an item: adds the context and leaves out what the table does not state, because data
/// must not hold `null` or empty lists.
pub(super) fn item(body: Value) -> Value {
    let mut item = without_absent(body);
    if let Some(fields) = item.as_object_mut() {
        let context = json!(["https://openactive.io/", "https://openactive.io/ns-beta"]);
        fields.insert("@context".to_owned(), context);
    }
    item
}

fn without_absent(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, without_absent(value)));
            fields.filter(|(_, value)| !is_absent(value)).collect()
        }
        Value::Array(values) => values.into_iter().map(without_absent).collect(),
        other => other,
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// A named price in pence.
pub(super) type Price = (&'static str, u32);

/// Returns the prices as `ArrayOfOffer`.
pub(super) fn offers(prices: &[Price], url: Option<&str>) -> Value {
    let offer = |&(name, pence): &Price| {
        json!({
            "@type": "Offer",
            "name": name,
            "price": pounds(pence),
            "priceCurrency": "GBP",
            "url": url,
        })
    };
    prices.iter().map(offer).collect()
}

/// Returns pence as the number of pounds a feed writes.
pub(super) fn pounds(pence: u32) -> f64 {
    f64::from(pence) / 100.0
}

/// Youngest and oldest age, where stated.
pub(super) type Ages = (Option<u8>, Option<u8>);

/// Returns the ages as `QuantitativeValue`, or nothing when neither is stated.
pub(super) fn age_range(ages: Ages) -> Value {
    match ages {
        (None, None) => Value::Null,
        (min, max) => json!({ "@type": "QuantitativeValue", "minValue": min, "maxValue": max }),
    }
}

pub(super) const NO_RESTRICTION: &str = "https://openactive.io/NoRestriction";
pub(super) const FEMALE_ONLY: &str = "https://openactive.io/FemaleOnly";
pub(super) const MALE_ONLY: &str = "https://openactive.io/MaleOnly";
pub(super) const OFFLINE: &str = "https://schema.org/OfflineEventAttendanceMode";
pub(super) const ONLINE: &str = "https://schema.org/OnlineEventAttendanceMode";
