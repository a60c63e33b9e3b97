//! Numbers on the wire: whole numbers without a decimal point (`16`, not `16.0`).

use serde::Serializer;

/// Serialises a present number.
#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub(super) fn serialize<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match *value {
        Some(number) => one(&number, serializer),
        None => serializer.serialize_none(),
    }
}

/// Serialises a number.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within range are cast")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(super) fn one<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}
