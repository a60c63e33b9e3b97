//! What an operator may decide about a publisher.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de;
use serde::de::Visitor;

use super::url;

/// The options in force for a publisher.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Publish only fields of the HSDS-UK profile in `/v3`.
    pub strict: bool,
    /// Which series become one service.
    pub fold: Fold,
    /// Write a minimum age of 18 where no age is published, as OpenActive advises consumers to assume.
    pub assume_adult: bool,
    /// Add a line to the description for each fact that has no field.
    pub describe_extras: bool,
    /// List the dates on which a schedule does not run in `x_openactive.except_dates` as well.
    pub except_dates: bool,
    /// Whose name stands for a private person who organises something.
    pub person_organizer: PersonOrganizer,
    /// Which names of contact points are published.
    pub contact_names: ContactNames,
    /// Whether the publisher's URIs identify things everywhere.
    pub id_trust: IdTrust,
    /// The mailbox of whoever answers for the publisher's data.
    pub assurer_email: Option<Mailbox>,
    /// The day on which they last confirmed it.
    pub assured_date: Option<NaiveDate>,
}

impl Options {
    /// Returns the options with each of them otherwise, and its name.
    pub(super) fn variations(&self) -> Vec<(&'static str, Self)> {
        let with = |change: fn(&mut Self)| {
            let mut options = self.clone();
            change(&mut options);
            options
        };
        vec![
            ("strict", with(|o| o.strict = !o.strict)),
            ("assume_adult", with(|o| o.assume_adult = !o.assume_adult)),
            ("describe_extras", with(|o| o.describe_extras = !o.describe_extras)),
            ("except_dates", with(|o| o.except_dates = !o.except_dates)),
            (
                "person_organizer",
                with(|o| {
                    o.person_organizer = match o.person_organizer {
                        PersonOrganizer::Name => PersonOrganizer::Publisher,
                        PersonOrganizer::Publisher => PersonOrganizer::Name,
                    }
                }),
            ),
            (
                "contact_names",
                with(|o| {
                    o.contact_names = match o.contact_names {
                        ContactNames::Team => ContactNames::Keep,
                        ContactNames::Keep => ContactNames::Team,
                    }
                }),
            ),
            (
                "id_trust",
                with(|o| {
                    o.id_trust = match o.id_trust {
                        IdTrust::Uri => IdTrust::Scoped,
                        IdTrust::Scoped => IdTrust::Uri,
                    }
                }),
            ),
            ("assurer_email", with(|o| o.assurer_email = None)),
            ("assured_date", with(|o| o.assured_date = None)),
        ]
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            fold: Fold::default(),
            assume_adult: false,
            describe_extras: true,
            except_dates: false,
            person_organizer: PersonOrganizer::default(),
            contact_names: ContactNames::default(),
            id_trust: IdTrust::default(),
            assurer_email: None,
            assured_date: None,
        }
    }
}

/// The options that a preset or a configuration states; what it leaves out is decided elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatedOptions {
    /// As [`Options::strict`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// As [`Options::fold`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fold: Option<Fold>,
    /// As [`Options::assume_adult`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assume_adult: Option<bool>,
    /// As [`Options::describe_extras`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub describe_extras: Option<bool>,
    /// As [`Options::except_dates`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub except_dates: Option<bool>,
    /// As [`Options::person_organizer`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_organizer: Option<PersonOrganizer>,
    /// As [`Options::contact_names`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_names: Option<ContactNames>,
    /// As [`Options::id_trust`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_trust: Option<IdTrust>,
    /// As [`Options::assurer_email`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurer_email: Option<Mailbox>,
    /// As [`Options::assured_date`], `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assured_date: Option<NaiveDate>,
}

impl StatedOptions {
    /// Returns these options, with those they leave out taken from `preset`.
    #[must_use]
    pub fn over(&self, preset: &Self) -> Self {
        let stated = self.clone();
        Self {
            strict: stated.strict.or(preset.strict),
            fold: stated.fold.or(preset.fold),
            assume_adult: stated.assume_adult.or(preset.assume_adult),
            describe_extras: stated.describe_extras.or(preset.describe_extras),
            except_dates: stated.except_dates.or(preset.except_dates),
            person_organizer: stated.person_organizer.or(preset.person_organizer),
            contact_names: stated.contact_names.or(preset.contact_names),
            id_trust: stated.id_trust.or(preset.id_trust),
            assurer_email: stated.assurer_email.or_else(|| preset.assurer_email.clone()),
            assured_date: stated.assured_date.or(preset.assured_date),
        }
    }

    /// Returns the options in force when nobody states more.
    pub fn in_force(&self) -> Options {
        let default = Options::default();
        Options {
            strict: self.strict.unwrap_or(default.strict),
            fold: self.fold.unwrap_or(default.fold),
            assume_adult: self.assume_adult.unwrap_or(default.assume_adult),
            describe_extras: self.describe_extras.unwrap_or(default.describe_extras),
            except_dates: self.except_dates.unwrap_or(default.except_dates),
            person_organizer: self.person_organizer.unwrap_or(default.person_organizer),
            contact_names: self.contact_names.unwrap_or(default.contact_names),
            id_trust: self.id_trust.unwrap_or(default.id_trust),
            assurer_email: self.assurer_email.clone(),
            assured_date: self.assured_date,
        }
    }
}

impl From<Options> for StatedOptions {
    fn from(options: Options) -> Self {
        Self {
            strict: Some(options.strict),
            fold: Some(options.fold),
            assume_adult: Some(options.assume_adult),
            describe_extras: Some(options.describe_extras),
            except_dates: Some(options.except_dates),
            person_organizer: Some(options.person_organizer),
            contact_names: Some(options.contact_names),
            id_trust: Some(options.id_trust),
            assurer_email: options.assurer_email,
            assured_date: options.assured_date,
        }
    }
}

/// Which series become one service: written `false` or `"name+place"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fold {
    /// Each series is a service.
    #[default]
    Never,
    /// Those that differ only in their times.
    NameAndPlace,
}

impl Serialize for Fold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::NameAndPlace => serializer.serialize_str(NAME_AND_PLACE),
        }
    }
}

impl<'de> Deserialize<'de> for Fold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FoldVisitor)
    }
}

struct FoldVisitor;

impl Visitor<'_> for FoldVisitor {
    type Value = Fold;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "false or \"{NAME_AND_PLACE}\"")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Fold, E> {
        if value {
            return Err(E::invalid_value(de::Unexpected::Bool(value), &self));
        }
        Ok(Fold::Never)
    }

    /// What a variable of the environment says is text.
    fn visit_str<E: de::Error>(self, value: &str) -> Result<Fold, E> {
        match value {
            NAME_AND_PLACE => Ok(Fold::NameAndPlace),
            "false" => Ok(Fold::Never),
            _ => Err(E::invalid_value(de::Unexpected::Str(value), &self)),
        }
    }
}

const NAME_AND_PLACE: &str = "name+place";

/// Whose name stands for a private person who organises something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonOrganizer {
    /// Their own, and nothing else about them.
    #[default]
    Name,
    /// The publisher's of the dataset.
    Publisher,
}

/// Which names of contact points are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactNames {
    /// Those of teams and organisations.
    #[default]
    Team,
    /// All, because the publisher has the consent of those who are named.
    Keep,
}

/// Whether a publisher's URIs identify things everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdTrust {
    /// They do: the same URI is the same thing in every feed.
    #[default]
    Uri,
    /// They do not, as where others use them too or they name `localhost`: they count within the
    /// publisher alone.
    Scoped,
}

/// The e-mail address of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Mailbox(String);

impl Mailbox {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let address = url::email(&text);
        address.map(Self).ok_or_else(|| de::Error::custom("must be an e-mail address"))
    }
}
