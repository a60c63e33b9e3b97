//! From a service to rows of the tables.
//!
//! Rows are the objects of the API, taken apart by name. What several services share (organisations,
//! places, terms) is written once, as the first service has it; services come in the order of their
//! ids, so that is the one which lists believe too.

use std::collections::HashSet;

use serde_json::Map;
use serde_json::Value;

use crate::oruk::Id;

/// An object of the API.
type Object = Map<String, Value>;

/// Takes a row: name of the table, and the object.
pub(super) type Take<'a> = dyn FnMut(&'static str, &Object) -> std::io::Result<()> + 'a;

/// Knows which shared rows were written.
#[derive(Debug, Default)]
pub(super) struct Rows {
    seen: HashSet<Id>,
}

impl Rows {
    /// Gives out the rows of a service.
    pub(super) fn of_service(
        &mut self,
        service: &Object,
        take: &mut Take<'_>,
    ) -> std::io::Result<()> {
        take("service", &flat(service))?;
        if let Some(organization) = self.shared(service.get("organization")) {
            take("organization", organization)?;
            each(organization, "organization_identifiers", |row| {
                take("organization_identifier", row)
            })?;
        }
        if let Some(program) = self.shared(service.get("program")) {
            take("program", program)?;
        }
        each(service, "service_at_locations", |at| {
            take("service_at_location", at)?;
            self.of_location(at.get("location"), take)
        })?;
        each(service, "schedules", |row| take("schedule", &flat(row)))?;
        each(service, "cost_options", |row| take("cost_option", row))?;
        each(service, "languages", |row| take("language", row))?;
        each(service, "contacts", |contact| {
            take("contact", contact)?;
            each(contact, "phones", |row| take("phone", row))
        })?;
        self.of_attributes(service, take)
    }

    fn of_location(
        &mut self,
        location: Option<&Value>,
        take: &mut Take<'_>,
    ) -> std::io::Result<()> {
        let Some(own) = location.and_then(Value::as_object) else { return Ok(()) };
        if self.shared(location).is_some() {
            take("location", own)?;
            each(own, "addresses", |row| take("address", row))?;
            self.of_attributes(own, take)?;
        }
        // Each session has rows of its own beside that of the venue.
        for row in own.get("accessibility").and_then(Value::as_array).into_iter().flatten() {
            if let Some(row) = self.shared(Some(row)) {
                take("accessibility", row)?;
                self.of_attributes(row, take)?;
            }
        }
        Ok(())
    }

    fn of_attributes(&mut self, owner: &Object, take: &mut Take<'_>) -> std::io::Result<()> {
        each(owner, "attributes", |row| {
            take("attribute", row)?;
            self.of_term(row.get("taxonomy_term"), take)
        })
    }

    /// Gives out a term unless it was before.
    pub(super) fn of_term(
        &mut self,
        term: Option<&Value>,
        take: &mut Take<'_>,
    ) -> std::io::Result<()> {
        match self.shared(term) {
            Some(term) => take("taxonomy_term", term),
            None => Ok(()),
        }
    }

    /// Returns an object the first time it is met.
    fn shared<'a>(&mut self, object: Option<&'a Value>) -> Option<&'a Object> {
        let object = object?.as_object()?;
        let id = object.get("id").and_then(Value::as_str).and_then(Id::parse)?;
        self.seen.insert(id).then_some(object)
    }
}

/// Returns the plain members of an object, and those of its `x_openactive` as members of its own.
fn flat(object: &Object) -> Object {
    let own = object.iter().filter(|(_, value)| !value.is_object() && !value.is_array());
    let own = own.map(|(name, value)| (name.clone(), value.clone()));
    let source = object.get("x_openactive").and_then(Value::as_object).into_iter().flatten();
    let source = source.map(|(name, value)| (format!("x_openactive_{name}"), value.clone()));
    own.chain(source).collect()
}

fn each(
    owner: &Object,
    name: &str,
    mut take: impl FnMut(&Object) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let rows = owner.get(name).and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(Value::as_object).try_for_each(&mut take)
}
