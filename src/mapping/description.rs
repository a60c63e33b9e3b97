//! Name and description.
//!
//! The publisher's text comes first; below it stands a line for each fact the profile has no field for,
//! so that a reader of the strict form loses nothing important.

use chrono::NaiveDate;

use super::accessibility::Support;
use super::context::Context;
use super::eligibility::Eligibility;
use super::location::Places;
use super::precedence::Field;
use super::precedence::Property;
use super::schedule::words::day_words;
use super::template::Text as Template;
use super::text;
use crate::openactive::Opportunity;
use crate::openactive::is_word;
use crate::openactive::lenient::Text;
use crate::oruk::Attribute;
use crate::oruk::LocationType;
use crate::quality::Code;

/// Maps the name of the service.
pub(super) fn name(cx: &Context<'_>, attributes: &[Attribute], places: &Places<'_>) -> String {
    let published = stated_line(cx, "name", |o| &o.name);
    if let Some(name) = published.filter(|name| !name.is_empty()) {
        return name;
    }
    cx.find(Code::NameMissing, "name");
    generated(cx, attributes, places).unwrap_or_else(|| cx.rules.text(Template::NameUnknown, &[]))
}

/// Returns `Badminton at Riverside Leisure Centre`, or as much of it as is known.
fn generated(cx: &Context<'_>, attributes: &[Attribute], places: &Places<'_>) -> Option<String> {
    let of_type = |link_type: &str| attributes.iter().find(|a| a.link_type == link_type);
    let activity = of_type("activity").or_else(|| of_type("facility_type"))?;
    let activity = &activity.taxonomy_term.name;
    Some(match places.at_locations.first().map(|at| &at.location) {
        Some(place) if place.location_type == LocationType::Virtual => {
            cx.rules.text(Template::NameOnline, &[("activity", activity)])
        }
        Some(place) => {
            let place = place.name.as_deref().unwrap_or_default();
            cx.rules.text(Template::NameWithPlace, &[("activity", activity), ("place", place)])
        }
        None => activity.clone(),
    })
}

/// Maps the description of the service.
pub(super) fn description(
    cx: &Context<'_>,
    eligibility: &Eligibility,
    support: &Support,
    attributes: &[Attribute],
    places: &Places<'_>,
) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(stated) = published(cx) {
        parts.push(stated);
    } else {
        cx.find(Code::DescriptionMissing, "description");
        parts.extend(generated(cx, attributes, places).map(|words| text::sentence(&words)));
    }
    if cx.rules.options.describe_extras {
        let lines = extra_lines(cx, eligibility, support);
        if !lines.is_empty() {
            parts.push(lines.join("\n"));
        }
    }
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

fn published(cx: &Context<'_>) -> Option<String> {
    let plain = cx.first(|o| &o.description);
    if plain.is_some_and(|plain| text::has_markup(plain.as_str())) {
        cx.find(Code::MarkupInText, "description");
    }
    cx.rules.sources(Field::Description).iter().find_map(|source| {
        let (stated, path) = match source {
            Property::Description => (plain, "description"),
            _ => (cx.first(|o| &o.formatted_description), "beta:formattedDescription"),
        };
        let stated = stated?.as_str();
        let words = text::block(stated);
        if words != stated {
            cx.check_links(stated, path);
        }
        let words = cx.clean(words);
        (!words.is_empty()).then_some(words)
    })
}

fn extra_lines(cx: &Context<'_>, eligibility: &Eligibility, support: &Support) -> Vec<String> {
    let line = |template: Template, words: Option<String>| {
        let words = words.filter(|words| !words.is_empty())?;
        Some(cx.rules.text(template, &[("text", &words)]))
    };
    let to_know = stated_line(cx, "attendeeInstructions", |o| &o.attendee_instructions);
    let meeting_point = stated_line(cx, "meetingPoint", |o| &o.meeting_point);
    let scheduling = stated_line(cx, "schedulingNote", |o| &o.scheduling_note);
    let lines = [
        line(Template::WhoFor, eligibility.description.clone()),
        line(Template::Level, levels(cx)),
        is_coached(cx).then(|| cx.rules.text(Template::Coached, &[])),
        line(Template::WhatToKnow, to_know),
        line(Template::MeetingPoint, meeting_point),
        line(Template::Scheduling, scheduling),
        line(Template::Accessibility, support.line()),
        line(Template::Room, rooms(cx)),
        equipment(cx).map(|template| cx.rules.text(template, &[])),
        spaces(cx),
        course_dates(cx),
    ];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).collect()
}

fn stated_line(
    cx: &Context<'_>,
    path: &str,
    property: fn(&Opportunity) -> &Text,
) -> Option<String> {
    Some(cx.stated_line(cx.first(property)?.as_str(), path))
}

fn levels(cx: &Context<'_>) -> Option<String> {
    let stated = cx.first(|o| &o.level)?;
    let labels: Vec<_> = stated.iter().map(|level| cx.line(level.pref_label.as_str())).collect();
    let labels: Vec<_> = labels.into_iter().filter(|label| !label.is_empty()).collect();
    (!labels.is_empty()).then(|| text::sentence(&labels.join(", ")))
}

fn is_coached(cx: &Context<'_>) -> bool {
    cx.first(|o| &o.is_coached).is_some_and(|flag| flag.is_true())
}

fn rooms(cx: &Context<'_>) -> Option<String> {
    let stated = cx.first(|o| &o.sports_activity_location)?;
    let names: Vec<_> = stated.iter().map(|room| cx.line(room.name.as_str())).collect();
    let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| text::sentence(&names.join(", ")))
}

fn equipment(cx: &Context<'_>) -> Option<Template> {
    let stated = cx.first(|o| &o.participant_supplied_equipment)?;
    let known = [
        ("Required", Template::EquipmentRequired),
        ("Optional", Template::EquipmentOptional),
        ("Unavailable", Template::EquipmentProvided),
    ];
    let stated = stated.as_str();
    known.into_iter().find(|(word, _)| is_word(stated, word)).map(|(_, template)| template)
}

fn spaces(cx: &Context<'_>) -> Option<String> {
    let courts = cx.head().individual_facility_use.iter().chain(&cx.bundle.members);
    let mut names: Vec<String> = Vec::new();
    for court in courts {
        let name = cx.line(court.name.as_str());
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    let template = match names.len() {
        0 => return None,
        1 => Template::OneSpace,
        _ => Template::Spaces,
    };
    let (count, names) = (names.len().to_string(), names.join(", "));
    Some(cx.rules.text(template, &[("count", &count), ("names", &names)]))
}

fn course_dates(cx: &Context<'_>) -> Option<String> {
    let (first, last) = super::schedule::course_dates(cx)?;
    let say = |date: NaiveDate| day_words(date);
    match (first, last) {
        (Some(first), Some(last)) => {
            Some(format!("Course runs from {} to {}.", say(first), say(last)))
        }
        (Some(first), None) => Some(format!("Course starts on {}.", say(first))),
        (None, Some(last)) => Some(format!("Course ends on {}.", say(last))),
        (None, None) => None,
    }
}
