//! Mapping: from one opportunity with everything that belongs to it to one service.
//!
//! [`map`] is a pure function of a [`Bundle`], the [`Rules`] and a time: no clock, no I/O, no
//! randomness. One file maps one entity of the target; a value is taken from the first layer of the
//! opportunity that states it (see [`context`]).

mod accessibility;
mod activity;
mod address;
mod attribute;
mod bundle;
mod contact;
mod context;
mod cost_option;
mod crosswalk;
mod description;
mod detail;
mod eligibility;
mod event_status;
mod language;
mod license;
mod location;
mod meeting;
mod options;
mod organization;
mod precedence;
mod program;
mod repair;
mod rule;
mod rules;
mod ruleset;
mod schedule;
mod service;
mod status;
mod template;
mod text;
mod uk_time;
mod url;

pub use accessibility::SUITABLE_FOR_WHEELCHAIRS;
pub use bundle::Bundle;
pub use bundle::ChildFeed;
pub use bundle::Head;
pub use bundle::Occurrence;
pub use bundle::Source;
pub use event_status::EventStatus;
pub use license::shown_license;
pub use options::ContactNames;
pub use options::Fold;
pub use options::IdTrust;
pub use options::Mailbox;
pub use options::Options;
pub use options::PersonOrganizer;
pub use options::StatedOptions;
pub use repair::code_of;
pub use repair::repairs_of_times;
pub use rule::Rule;
pub use rule::rule_of;
pub use rule::specification_of;
pub use rules::Rules;
pub use ruleset::Preset;
pub use ruleset::RuleFault;
pub use ruleset::RuleFiles;
pub use ruleset::Ruleset;
pub use service::Mapping;
pub use service::map;
pub use uk_time::local_time;

#[cfg(test)]
mod tests;
