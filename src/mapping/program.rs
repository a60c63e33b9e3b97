//! The programme a service belongs to (an HSDS entity the UK profile leaves out).

use super::context::Context;
use super::text;
use crate::openactive::Kind;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Text;
use crate::oruk::Id;
use crate::oruk::Program;

/// Maps the programme, else a series of series that has another name than the service.
pub(super) fn program(cx: &Context<'_>, organization_id: Id, service: &str) -> Option<Program> {
    let brand = cx.first(|o| &o.programme).and_then(|programme| programme.get());
    if let Some(brand) = brand.filter(|brand| !brand.name.is_absent()) {
        return make(cx, organization_id, "Brand", &brand.id, &brand.name, &brand.description);
    }
    let series = cx.layers().iter().skip(1).find(|parent| {
        Kind::of(&parent.type_name, None) == Some(Kind::EventSeries) && !parent.name.is_absent()
    })?;
    let differs = cx.line(series.name.as_str()) != service;
    differs.then(|| {
        make(cx, organization_id, "EventSeries", &series.id, &series.name, &series.description)
    })?
}

fn make(
    cx: &Context<'_>,
    organization_id: Id,
    kind: &str,
    id: &Text,
    name: &Text,
    description: &Text,
) -> Option<Program> {
    let name = text::line(name.get()?);
    let description = text::block(description.as_str());
    let key = id
        .get()
        .and_then(|uri| cx.key_of_uri(uri))
        .unwrap_or_else(|| format!("{}\n{kind}\n{}", cx.bundle.source.key, name.to_lowercase()));
    Some(Program {
        id: Id::derive("program", &[&key]),
        organization_id,
        description: cx.clean(if description.is_empty() { name.clone() } else { description }),
        name: cx.clean(name),
    })
}
