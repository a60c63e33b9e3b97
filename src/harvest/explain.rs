//! Where each field of a service comes from, found by trying.
//!
//! Mapping is a pure function. So each leaf of what was published is taken out, or altered where that
//! changes nothing, and so is each setting and each rule that is data; a field that then comes out
//! otherwise has its value from there. An explanation can therefore never say anything else than the
//! mapping does. Values of the source are not part of it, only their paths: what was withheld stays so.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;

use super::assemble::Assembled;
use super::assemble::assemble;
use super::difference::differences;
use super::explanation::ExplainedField;
use super::explanation::ExplainedFinding;
use super::explanation::Explanation;
use super::explanation::Origin;
use super::explanation::flatten;
use super::explanation::in_words;
use super::explanation::touches;
use super::leaves::Leaf;
use super::leaves::leaves;
use super::publication::Sources;
use crate::mapping;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::mapping::rule_of;
use crate::mapping::specification_of;
use crate::oruk::Service;
use crate::quality::Finding;
use crate::store::Bundle;
use crate::store::FeedId;

/// How many leaves of all items together are tried.
const MAX_LEAVES: usize = 3_000;

/// How many items of a kind are looked at: courts, or texts of occurrences.
const MAX_ITEMS: usize = 20;

/// How far ahead the clock is put, to see what depends on it: past every last date that is kept.
const AHEAD: TimeDelta = TimeDelta::days(400);

/// What is needed to map a root again and again.
pub struct Explainer<'a> {
    /// The sources and rules in force.
    pub sources: &'a Sources,
    /// When.
    pub now: DateTime<Utc>,
    /// Names a feed, without anything secret.
    pub feed: &'a dyn Fn(FeedId) -> String,
    /// The form in which the service is published.
    pub form: &'a dyn Fn(Service, &Rules) -> Value,
    /// How long it may take.
    pub time: Duration,
}

impl std::fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explainer").field("now", &self.now).finish_non_exhaustive()
    }
}

/// A change of the settings or the rules.
type Change<'a> = &'a dyn Fn(&mut Source, &mut Rules);

impl Explainer<'_> {
    /// Explains what became of a root; nothing when it is no service.
    pub fn explain(&self, root: &Bundle) -> Option<Explanation> {
        let (service, findings) = self.map(root, self.now, None)?;
        let mut trial = Trial {
            explainer: self,
            root: root.clone(),
            service,
            origins: BTreeMap::new(),
            unused: BTreeSet::new(),
            leaves_left: MAX_LEAVES,
            deadline: Instant::now() + self.time,
            is_complete: true,
        };
        trial.try_items();
        trial.try_settings();
        Some(trial.explanation(&findings))
    }

    fn map(
        &self,
        root: &Bundle,
        now: DateTime<Utc>,
        change: Option<Change<'_>>,
    ) -> Option<(Value, Vec<Finding>)> {
        let (mut source, mut rules) = self.of(root)?;
        if let Some(change) = change {
            change(Arc::make_mut(&mut source), Arc::make_mut(&mut rules));
        }
        match assemble(root, |_| Some(Arc::clone(&source)), now) {
            Assembled::Opportunity { bundle, .. } => {
                let mapping = mapping::map(&bundle, &rules, now);
                Some(((self.form)(mapping.service, &rules), mapping.findings))
            }
            Assembled::Delegated(_) | Assembled::Orphans(_) | Assembled::Nothing => None,
        }
    }

    /// Returns source and rules of the feed that a root's service comes from.
    fn of(&self, root: &Bundle) -> Option<(Arc<Source>, Arc<Rules>)> {
        let feed = root.heads.first().map(|head| head.feed);
        let feed = feed.or_else(|| root.occurrences.first().map(|occurrence| occurrence.feed))?;
        self.sources.0.get(&feed).cloned()
    }
}

/// A text of a bundle.
#[derive(Debug, Clone, Copy)]
enum Document {
    Head,
    Parent(usize),
    Member(usize),
    Facts(usize),
}

impl Document {
    fn text(self, root: &mut Bundle) -> Option<&mut String> {
        match self {
            Self::Head => root.heads.first_mut().map(|head| &mut head.body),
            Self::Parent(at) => root.parents.get_mut(at).map(|parent| &mut parent.body),
            Self::Member(at) => root.members.get_mut(at).map(|member| &mut member.body),
            Self::Facts(at) => root.facts.get_mut(at),
        }
    }

    fn origin(self, root: &Bundle, feed: &dyn Fn(FeedId) -> String, path: &str) -> Origin {
        let path = path.to_owned();
        let of = |from, kind, id: Option<FeedId>| (from, kind, id.map(feed));
        let (from, kind, feed) = match self {
            Self::Head => {
                let head = root.heads.first();
                of("item", head.map(|head| head.kind.as_str()), head.map(|head| head.feed))
            }
            Self::Parent(at) => {
                of("parent", root.parents.get(at).map(|parent| parent.kind.as_str()), None)
            }
            Self::Member(at) => {
                let member = root.members.get(at);
                of("member", member.map(|item| item.kind.as_str()), member.map(|item| item.feed))
            }
            Self::Facts(at) => {
                let row = root.occurrences.iter().find(|row| row.facts == Some(at));
                of("occurrence", None, row.map(|row| row.feed))
            }
        };
        Origin { from, kind, feed, path }
    }
}

/// An explanation in the making.
struct Trial<'a> {
    explainer: &'a Explainer<'a>,
    root: Bundle,
    service: Value,
    /// What each field was seen to depend on.
    origins: BTreeMap<String, BTreeSet<Origin>>,
    unused: BTreeSet<Origin>,
    leaves_left: usize,
    deadline: Instant,
    is_complete: bool,
}

impl Trial<'_> {
    fn try_items(&mut self) {
        self.try_document(Document::Head);
        for at in 0..self.root.parents.len() {
            self.try_document(Document::Parent(at));
        }
        self.try_occurrences();
        for at in 0..self.root.facts.len().min(MAX_ITEMS) {
            self.try_document(Document::Facts(at));
        }
        for at in 0..self.root.members.len().min(MAX_ITEMS) {
            self.try_document(Document::Member(at));
        }
        self.is_complete &=
            self.root.facts.len() <= MAX_ITEMS && self.root.members.len() <= MAX_ITEMS;
    }

    fn try_document(&mut self, document: Document) {
        let Some(text) = document.text(&mut self.root).map(|text| text.clone()) else { return };
        let leaves = leaves(&text, self.leaves_left.saturating_add(1));
        if leaves.len() > self.leaves_left {
            self.is_complete = false;
        }
        for leaf in leaves.iter().take(self.leaves_left) {
            if Instant::now() > self.deadline {
                self.is_complete = false;
                return;
            }
            self.try_leaf(document, &text, leaf);
        }
        self.leaves_left = self.leaves_left.saturating_sub(leaves.len());
    }

    /// Where the same value stands further up as well, it is not missed when it is taken out here: then
    /// another value shows that this is the one that counts.
    fn try_leaf(&mut self, document: Document, text: &str, leaf: &Leaf) {
        let mut changed = self.with_text(document, &leaf.removed_from(text));
        if changed.is_empty() {
            changed = self.with_text(document, &leaf.altered_in(text));
        }
        self.with_text_back(document, text);
        let origin = document.origin(&self.root, self.explainer.feed, &leaf.path);
        if changed.is_empty() {
            self.unused.insert(origin);
        } else {
            self.note(changed, &origin);
        }
    }

    fn with_text(&mut self, document: Document, text: &str) -> Vec<String> {
        self.with_text_back(document, text);
        self.changed(None, self.explainer.now)
    }

    fn with_text_back(&mut self, document: Document, text: &str) {
        if let Some(present) = document.text(&mut self.root) {
            text.clone_into(present);
        }
    }

    /// Occurrences are many: they are tried all together, property by property.
    fn try_occurrences(&mut self) {
        let rows = self.root.occurrences.clone();
        let Some(first) = rows.first() else { return };
        let feed = Some((self.explainer.feed)(first.feed));
        let origin = |path: &str| Origin {
            from: "occurrence",
            kind: None,
            feed: feed.clone(),
            path: path.to_owned(),
        };
        self.root.occurrences.clear();
        let changed = self.changed(None, self.explainer.now);
        self.note(changed, &origin("startDate"));
        self.root.occurrences.clone_from(&rows);
        for row in &mut self.root.occurrences {
            row.end = None;
        }
        let changed = self.changed(None, self.explainer.now);
        self.note(changed, &origin("endDate"));
        self.root.occurrences.clone_from(&rows);
        for row in &mut self.root.occurrences {
            row.status = mapping::EventStatus::Scheduled;
        }
        let changed = self.changed(None, self.explainer.now);
        self.note(changed, &origin("eventStatus"));
        self.root.occurrences = rows;
    }

    fn try_settings(&mut self) {
        let key = std::mem::take(&mut self.root.key);
        self.root.key = format!("{key}~");
        let changed = self.changed(None, self.explainer.now);
        self.root.key = key;
        let path = if self.root.key.contains("://") { "@id" } else { "identifier" };
        let origin = Document::Head.origin(&self.root, self.explainer.feed, path);
        self.unused.remove(&origin);
        self.note(changed, &origin);

        let setting =
            |from, path: &str| Origin { from, kind: None, feed: None, path: path.to_owned() };
        let changed = self.changed(None, self.explainer.now + AHEAD);
        self.note(changed, &setting("clock", "now"));
        let Some((source, rules)) = self.explainer.of(&self.root) else { return };
        // What the configuration does not say, the feed does.
        let of_license = if source.license.is_some() { "publisher" } else { "feed" };
        let license: Change<'_> = &|source, _| source.license = Some("~".to_owned());
        let changed = self.changed(Some(license), self.explainer.now);
        self.note(changed, &setting(of_license, "license"));
        let settings: [(&str, Change<'_>); 3] = [
            ("key", &|source, _| source.key.push('~')),
            ("name", &|source, _| source.publisher.push('~')),
            ("dataset", &|source, _| source.dataset = None),
        ];
        for (name, change) in settings {
            let changed = self.changed(Some(change), self.explainer.now);
            self.note(changed, &setting("publisher", name));
        }
        for (name, other) in rules.variations() {
            let changed =
                self.changed(Some(&|_, rules| rules.clone_from(&other)), self.explainer.now);
            self.note(changed, &setting("rules", &name));
        }
    }

    /// Returns the fields that now come out otherwise.
    fn changed(&self, change: Option<Change<'_>>, now: DateTime<Utc>) -> Vec<String> {
        let Some((service, _)) = self.explainer.map(&self.root, now, change) else {
            return Vec::new();
        };
        let found = differences(&self.service, &service).into_iter();
        found.filter(|difference| difference.before.is_some()).map(|d| d.field).collect()
    }

    fn note(&mut self, fields: Vec<String>, origin: &Origin) {
        for field in fields {
            self.origins.entry(field).or_default().insert(origin.clone());
        }
    }

    fn explanation(self, findings: &[Finding]) -> Explanation {
        let mut fields = Vec::new();
        flatten("", &self.service, &mut fields);
        let findings: Vec<_> = findings.iter().map(in_words).collect();
        let mut origins = self.origins;
        let fields = fields.into_iter().map(|(field, value)| {
            let sources: Vec<_> = origins.remove(&field).unwrap_or_default().into_iter().collect();
            let at =
                |finding: &&ExplainedFinding| sources.iter().any(|o| touches(o, &finding.path));
            let rule = rule_of(&field);
            ExplainedField {
                findings: findings.iter().filter(at).cloned().collect(),
                rule: rule.map(|rule| rule.says),
                specification: rule.map(specification_of),
                value: value.clone(),
                field,
                sources,
            }
        });
        Explanation {
            fields: fields.collect(),
            unused: self.unused.into_iter().collect(),
            findings,
            series: Vec::new(),
            is_complete: self.is_complete,
            service: self.service,
        }
    }
}
