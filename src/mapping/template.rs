//! Texts the mapping writes itself, with gaps for what was published: `mappings/templates.toml`.

use std::collections::BTreeMap;

use toml::Spanned;

/// A text with gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Text {
    NameWithPlace,
    NameOnline,
    NameUnknown,
    OrganizationDescription,
    Accreditations,
    AgeNotStated,
    WhoFor,
    Level,
    Coached,
    WhatToKnow,
    MeetingPoint,
    Scheduling,
    Accessibility,
    Room,
    EquipmentRequired,
    EquipmentOptional,
    EquipmentProvided,
    OneSpace,
    Spaces,
}

/// A text, its key in the file, its gaps, and whether it may be empty, so that nothing is written.
type Row = (Text, &'static str, &'static [&'static str], bool);

const TEXTS: [Row; 19] = [
    (Text::NameWithPlace, "name_with_place", &["activity", "place"], false),
    (Text::NameOnline, "name_online", &["activity"], false),
    (Text::NameUnknown, "name_unknown", &[], false),
    (Text::OrganizationDescription, "organization_description", &["name"], false),
    (Text::Accreditations, "accreditations", &["addresses"], true),
    (Text::AgeNotStated, "age_not_stated", &[], true),
    (Text::WhoFor, "line_who_for", &["text"], true),
    (Text::Level, "line_level", &["text"], true),
    (Text::Coached, "line_coached", &[], true),
    (Text::WhatToKnow, "line_what_to_know", &["text"], true),
    (Text::MeetingPoint, "line_meeting_point", &["text"], true),
    (Text::Scheduling, "line_scheduling", &["text"], true),
    (Text::Accessibility, "line_accessibility", &["text"], true),
    (Text::Room, "line_room", &["text"], true),
    (Text::EquipmentRequired, "line_equipment_required", &[], true),
    (Text::EquipmentOptional, "line_equipment_optional", &[], true),
    (Text::EquipmentProvided, "line_equipment_provided", &[], true),
    (Text::OneSpace, "line_one_space", &["names"], true),
    (Text::Spaces, "line_spaces", &["count", "names"], true),
];

/// The texts as a file states them.
pub(super) type StatedTexts = BTreeMap<Spanned<String>, Spanned<String>>;

/// The texts in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Templates(BTreeMap<Text, Vec<Piece>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Gap(&'static str),
}

impl Templates {
    /// Checks what a file states; a fault is a byte offset and a reason.
    pub(super) fn of(stated: &StatedTexts) -> Result<Self, (usize, String)> {
        let mut texts = BTreeMap::new();
        for (key, text) in stated {
            let at_key = key.span().start;
            let Some((name, _, gaps, may_be_empty)) =
                TEXTS.iter().find(|(_, known, ..)| known == key.get_ref())
            else {
                let known: Vec<_> = TEXTS.iter().map(|(_, key, ..)| *key).collect();
                let (key, known) = (key.get_ref(), known.join(", "));
                return Err((at_key, format!("there is no text `{key}`; known: {known}")));
            };
            let at = text.span().start;
            if text.get_ref().trim().is_empty() && !may_be_empty {
                return Err((at, format!("`{}` must not be empty", key.get_ref())));
            }
            texts.insert(*name, pieces(text.get_ref(), gaps).map_err(|reason| (at, reason))?);
        }
        Ok(Self(texts))
    }

    /// Returns these texts, with those they leave out taken from `wider`.
    pub(super) fn over(&self, wider: &Self) -> Self {
        let mut texts = wider.0.clone();
        texts.extend(self.0.clone());
        Self(texts)
    }

    /// Returns the keys of the texts that are missing.
    #[cfg(test)]
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let missing = TEXTS.iter().filter(|(text, ..)| !self.0.contains_key(text));
        missing.map(|(_, key, ..)| *key).collect()
    }

    /// Returns the texts with each of them otherwise, and its key.
    pub(super) fn variations(&self) -> Vec<(String, Self)> {
        let other = TEXTS.iter().map(|(text, key, ..)| {
            let mut texts = self.0.clone();
            texts.entry(*text).or_default().push(Piece::Words("~".to_owned()));
            ((*key).to_owned(), Self(texts))
        });
        other.collect()
    }

    /// Returns a text with its gaps filled; empty when the file leaves it empty.
    pub(super) fn fill(&self, text: Text, gaps: &[(&str, &str)]) -> String {
        let pieces = self.0.get(&text).map(Vec::as_slice).unwrap_or_default();
        let filled = pieces.iter().map(|piece| match piece {
            Piece::Words(words) => words.as_str(),
            Piece::Gap(name) => {
                gaps.iter().find(|(gap, _)| gap == name).map_or("", |(_, value)| *value)
            }
        });
        filled.collect()
    }
}

/// Takes a text apart: `{gap}` is filled, `{{` and `}}` are braces.
fn pieces(text: &str, gaps: &[&'static str]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => words.extend(rest.next()),
            '{' => {
                let name: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let Some(gap) = gaps.iter().find(|gap| **gap == name) else {
                    let known: Vec<_> = gaps.iter().map(|gap| format!("{{{gap}}}")).collect();
                    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                    return Err(format!("{{{name}}} is no gap of this text; known: {known}"));
                };
                pieces.push(Piece::Words(std::mem::take(&mut words)));
                pieces.push(Piece::Gap(gap));
            }
            '}' => return Err("a } without a {; write }} for a brace".to_owned()),
            other => words.push(other),
        }
    }
    pieces.push(Piece::Words(words));
    Ok(pieces)
}
