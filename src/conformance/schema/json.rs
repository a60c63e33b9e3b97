//! The tables as JSON Schema, for describing an API to its users.
//!
//! Specification: [JSON Schema 2020-12](https://json-schema.org/draft/2020-12), which OpenAPI 3.1 uses.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Entity;
use super::Kind;
use super::hsds3;
use super::oruk1;
use crate::conformance::Target;

/// Returns the objects of a standard by their names in it, each as a JSON Schema whose references are
/// `#/components/schemas/NAME`; none for RPDE. Fields that a standard does not name are allowed.
pub fn json_schemas(target: Target) -> Map<String, Value> {
    let roots: &[&Entity] = match target {
        Target::Oruk3 => {
            &[&hsds3::SERVICE, &hsds3::SERVICE_AT_LOCATION, &hsds3::TAXONOMY, &hsds3::TAXONOMY_TERM]
        }
        Target::Oruk1 => {
            &[&oruk1::SERVICE, &oruk1::ORGANIZATION, &oruk1::LOCATION, &oruk1::TAXONOMY]
        }
        Target::Rpde => &[],
    };
    let mut schemas = Map::new();
    for root in roots {
        add(root, &mut schemas);
    }
    schemas
}

fn add(entity: &Entity, schemas: &mut Map<String, Value>) {
    if schemas.contains_key(entity.name) {
        return;
    }
    let properties = entity.fields.iter().map(|field| (field.name.to_owned(), of_kind(field.kind)));
    let required = entity.fields.iter().filter(|field| field.is_required).map(|field| field.name);
    let schema = json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "required": required.collect::<Vec<_>>(),
    });
    schemas.insert(entity.name.to_owned(), schema);
    for field in entity.fields {
        if let Kind::One(nested) | Kind::Many(nested) = field.kind {
            add(nested, schemas);
        }
    }
}

fn of_kind(kind: Kind) -> Value {
    let of_format = |format: &str| json!({ "type": "string", "format": format });
    let reference =
        |entity: &Entity| json!({ "$ref": format!("#/components/schemas/{}", entity.name) });
    match kind {
        Kind::Text | Kind::Time => json!({ "type": "string" }),
        Kind::Uuid => of_format("uuid"),
        Kind::Uri => of_format("uri"),
        Kind::Email => of_format("email"),
        Kind::DateTime => of_format("date-time"),
        Kind::Date => of_format("date"),
        Kind::Number => json!({ "type": "number" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Code(codes) => json!({ "type": "string", "enum": codes }),
        Kind::One(entity) => reference(entity),
        Kind::Many(entity) => json!({ "type": "array", "items": reference(entity) }),
    }
}
