//! The layers a value is looked for in, and the notes taken on the way.
//!
//! Specification: [describing event series]: a child's value wins; what it does not say may be assumed
//! from its parents. First the opportunity itself, then its parents from the nearest on, then its
//! occurrences, these only where all that state the value agree.
//!
//! [describing event series]: https://openactive.io/modelling-opportunity-data/#describing-event-series

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::bundle::Bundle;
use super::bundle::Occurrence;
use super::bundle::distinct_facts;
use super::detail;
use super::detail::Detail;
use super::detail::Within;
use super::meeting::decoded;
use super::meeting::invites;
use super::meeting::mentions_joining_link;
use super::repair::code_of;
use super::repair::repairs_of_times;
use super::rules::Rules;
use super::text;
use super::uk_time::instant;
use super::uk_time::local_time;
use super::url::web_address;
use crate::openactive::Moment;
use crate::openactive::Opportunity;
use crate::openactive::Scope;
use crate::openactive::lenient::Absent;
use crate::oruk::Id;
use crate::quality::Code;
use crate::quality::Finding;

/// Everything a mapper of an entity needs.
pub(super) struct Context<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) rules: &'a Rules,
    pub(super) now: DateTime<Utc>,
    /// The date in the United Kingdom.
    pub(super) today: NaiveDate,
    pub(super) service_id: Id,
    /// The head and its parents, nearest first.
    layers: Vec<&'a Opportunity>,
    /// Every occurrence, those embedded in the head included, by start.
    pub(super) occurrences: Vec<Occurrence>,
    /// What occurrences say for themselves, each distinct text once, and how many say it: of those to come, since the
    /// place or price of last month may be another; of all when all are over. What is off tells nothing of others.
    facts: Vec<(Arc<Opportunity>, usize)>,
    /// How many occurrences these are.
    count: usize,
    /// What is published nowhere: see [`detail::withheld`].
    withheld: Vec<Detail>,
    findings: RefCell<Vec<Finding>>,
}

/// How many parents are looked at; real chains have three.
pub(super) const MAX_PARENTS: usize = 6;

/// How many occurrences are compared when a value rises from them.
const MAX_COMPARED: usize = 64;

impl<'a> Context<'a> {
    pub(super) fn new(bundle: &'a Bundle, rules: &'a Rules, now: DateTime<Utc>) -> Self {
        let service_id = Id::derive("service", &[&bundle.head.key]);
        let mut context = Self {
            bundle,
            rules,
            now,
            today: local_time(now).date(),
            service_id,
            layers: Vec::new(),
            occurrences: Vec::new(),
            facts: Vec::new(),
            count: 0,
            withheld: Vec::new(),
            findings: RefCell::new(Vec::new()),
        };
        context.note_oddities();
        context.layers = context.chain();
        context.occurrences = context.gather_occurrences();
        let current = current(&context.occurrences, now);
        context.count = current.len();
        let distinct = distinct_facts(current.into_iter()).into_iter();
        context.facts = distinct.map(|(facts, count)| (Arc::clone(facts), count)).collect();
        context.withheld = detail::withheld(&context);
        context
    }

    /// Returns the head.
    pub(super) fn head(&self) -> &'a Opportunity {
        &self.bundle.head.opportunity
    }

    /// Returns the key of the thing with this URI; nothing when it is no URI.
    pub(super) fn key_of_uri(&self, uri: &str) -> Option<String> {
        let (source_key, trusts_uris) = (&self.bundle.source.key, self.rules.trusts_uris());
        Scope { source_key, trusts_uris }.key_of_uri(uri)
    }

    /// Returns the head and its parents, nearest first.
    pub(super) fn layers(&self) -> &[&'a Opportunity] {
        &self.layers
    }

    fn chain(&self) -> Vec<&'a Opportunity> {
        let mut layers = vec![self.head()];
        let mut current = self.head();
        while let Some(parent) = parent_of(current) {
            let is_self = !parent.id.is_absent() && layers.iter().any(|l| l.id == parent.id);
            if is_self || layers.len() > MAX_PARENTS {
                self.find(Code::ParentCycle, "superEvent");
                break;
            }
            layers.push(parent);
            current = parent;
        }
        layers.extend(self.bundle.parents.iter().take(MAX_PARENTS));
        layers
    }

    fn gather_occurrences(&self) -> Vec<Occurrence> {
        let head = self.head();
        let embedded = head.sub_event.iter().chain(head.event.iter());
        let of_courts = head.individual_facility_use.iter().flat_map(|court| court.event.iter());
        let mut singles = Vec::new();
        for event in embedded.chain(of_courts) {
            match Occurrence::embedded(event) {
                Some(occurrence) => {
                    self.check_times(event, "subEvent.");
                    singles.push((event, occurrence));
                }
                None if event.start_date.is_absent() => {} // a URI of an item of its own
                None => self.find(Code::StartMissing, "subEvent.startDate"),
            }
        }
        let mut all = self.bundle.occurrences.clone();
        // Slots of several courts begin together.
        if !self.bundle.head.kind.is_facility() {
            take_out_copies(&mut singles, &mut all);
        }
        all.extend(singles.into_iter().map(|(_, occurrence)| occurrence));
        let is_whole = self.bundle.head.kind.is_whole();
        let layers = self.layers.iter().copied().filter(|_| !is_whole);
        let usual = Occurrence::length_of_sessions(layers);
        for occurrence in &mut all {
            occurrence.end = occurrence.end_after(usual);
        }
        all.sort_by_key(|occurrence| (occurrence.start, occurrence.end));
        all
    }

    /// Takes note of what was repaired in the times of an event.
    pub(super) fn check_times(&self, event: &Opportunity, within: &str) {
        for (code, property) in repairs_of_times(event) {
            self.find(code, &format!("{within}{property}"));
        }
    }

    /// Takes note when a value of the standard, such as `FemaleOnly`, is not written as `namespace` and `word`.
    pub(super) fn check_term(&self, value: &str, namespace: &str, word: &str, path: &str) {
        if value.strip_prefix(namespace) != Some(word) {
            self.find(Code::TermPrefixed, path);
        }
    }

    /// Returns a line of the publisher's text as it may be published (see [`text::line`]), and takes note of what is
    /// taken out of it.
    pub(super) fn stated_line(&self, stated: &str, path: &str) -> String {
        let line = text::line(stated);
        self.check_text(stated, &line, path);
        self.clean(line)
    }

    /// Returns text of the publisher as it may be published (see [`text::block`]), and takes note of what is taken out
    /// of it.
    pub(super) fn stated_block(&self, stated: &str, path: &str) -> String {
        let block = text::block(stated);
        self.check_text(stated, &block, path);
        self.clean(block)
    }

    /// Takes note of what was taken out of a text that should be plain: markup, and links that let people in.
    pub(super) fn check_text(&self, stated: &str, shown: &str, path: &str) {
        if shown == stated {
            return;
        }
        if text::has_markup(stated) {
            self.find(Code::MarkupInText, path);
        }
        self.check_links(stated, path);
    }

    /// Takes note when a text holds a link that lets people in, which is published nowhere.
    pub(super) fn check_links(&self, stated: &str, path: &str) {
        if mentions_joining_link(stated) {
            self.find(Code::JoiningLinkWithheld, path);
        }
    }

    /// Returns an address that may be published (see [`web_address`]); takes note of what is withheld, dropped
    /// or repaired.
    pub(super) fn web_address(&self, stated: &str, path: &str) -> Option<String> {
        if stated.is_empty() {
            return None;
        }
        if invites(stated) {
            self.find(Code::JoiningLinkWithheld, path);
            return None;
        }
        if let Some(detail) = self.withheld_in(stated) {
            let code =
                if detail.lets_in { Code::JoiningLinkWithheld } else { Code::PersonWithheld };
            self.find(code, path);
            return None;
        }
        let address = web_address(stated);
        match address.as_deref() {
            None => self.find(Code::UrlInvalid, path),
            Some(address) if address != stated => self.find(Code::UrlRepaired, path),
            Some(_) => {}
        }
        address
    }

    /// Returns an identifier or its address, unless it lets somebody in or holds what must not be published.
    pub(super) fn identifier<'t>(&self, stated: &'t str) -> Option<&'t str> {
        let is_kept = !invites(stated) && self.withheld_in(stated).is_none();
        is_kept.then_some(stated)
    }

    /// Tells whether an address or a number is what a private person is reached by.
    pub(super) fn is_private(&self, stated: &str) -> bool {
        self.withheld.iter().any(|detail| detail.reaches_at(stated))
    }

    fn withheld_in(&self, link: &str) -> Option<&Detail> {
        if self.withheld.is_empty() {
            return None;
        }
        let decoded = decoded(link);
        self.withheld.iter().find(|detail| detail.is_in(&decoded, Within::Link))
    }

    /// Takes note of what the reader of the head put up with.
    fn note_oddities(&self) {
        for (oddity, property) in &self.bundle.head.oddities {
            self.find(code_of(*oddity), property);
        }
    }

    /// Returns what the occurrences that count say for themselves, each distinct text once.
    pub(super) fn facts(&self) -> impl Iterator<Item = &Opportunity> {
        self.facts.iter().map(|(facts, _)| &**facts)
    }

    /// Returns the value of the first layer that states it, else the one all occurrences agree on.
    pub(super) fn first<'s, T: Absent + PartialEq>(
        &'s self,
        property: impl Fn(&'s Opportunity) -> &'s T,
    ) -> Option<&'s T> {
        let stated = self.layers.iter().map(|layer| property(layer)).find(|v| !v.is_absent());
        stated.or_else(|| self.agreed(property))
    }

    /// Returns the value of the first layer that states it, else the one that every occurrence states: what is meant
    /// for one session, as a taster that is free, is not that of the others.
    pub(super) fn first_of_all<'s, T: Absent + PartialEq>(
        &'s self,
        property: impl Fn(&'s Opportunity) -> &'s T,
    ) -> Option<&'s T> {
        self.first_of(property, |stated, all| stated == all)
    }

    /// Returns the value of the first layer that states it, else the one that all occurrences but one state, and no other:
    /// one may have forgotten what is true of all, and specials, or the classes of one day, are not like the others.
    pub(super) fn first_of_most<'s, T: Absent + PartialEq>(
        &'s self,
        property: impl Fn(&'s Opportunity) -> &'s T,
    ) -> Option<&'s T> {
        self.first_of(property, |stated, all| stated == all || (stated > 1 && stated + 1 == all))
    }

    fn first_of<'s, T: Absent + PartialEq>(
        &'s self,
        property: impl Fn(&'s Opportunity) -> &'s T,
        are_enough: fn(usize, usize) -> bool,
    ) -> Option<&'s T> {
        if self.layers.iter().all(|layer| property(layer).is_absent()) {
            let says_it = |facts: &'s Opportunity| !property(facts).is_absent();
            let stated = self.facts.iter().filter(|(facts, _)| says_it(facts));
            let stated = stated.map(|(_, count)| count).sum();
            are_enough(stated, self.count).then_some(())?;
        }
        self.first(&property)
    }

    /// Returns the value that all occurrences which state it agree on.
    fn agreed<'s, T: Absent + PartialEq>(
        &'s self,
        property: impl Fn(&'s Opportunity) -> &'s T,
    ) -> Option<&'s T> {
        let mut stated =
            self.facts().take(MAX_COMPARED).map(property).filter(|value| !value.is_absent());
        let first = stated.next()?;
        stated.all(|value| value == first).then_some(first)
    }

    /// Returns a line of the publisher's text as it may be published: see [`text::line`].
    pub(super) fn line(&self, published: &str) -> String {
        self.clean(text::line(published))
    }

    /// Returns text of the publisher without the details that must not be published.
    pub(super) fn clean(&self, published: String) -> String {
        self.without_details(published, Within::Text)
    }

    /// Returns a name or label without them, which services of others have too: a word stays, even if it is
    /// somebody's password.
    pub(super) fn clean_name(&self, published: String) -> String {
        self.without_details(published, Within::Name)
    }

    fn without_details(&self, published: String, within: Within) -> String {
        self.withheld.iter().fold(published, |words, detail| detail.taken_out_of(words, within))
    }

    /// Takes note of something wrong; each code and path once.
    pub(super) fn find(&self, code: Code, path: &str) {
        let mut findings = self.findings.borrow_mut();
        if !findings.iter().any(|f| f.code == code && f.path == path) {
            findings.push(Finding::new(code, path));
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }
}

/// Returns the occurrences whose facts count.
fn current(all: &[Occurrence], now: DateTime<Utc>) -> Vec<&Occurrence> {
    let has_future = all.iter().any(|one| one.is_future(now));
    let mut current: Vec<&Occurrence> =
        all.iter().filter(|one| !has_future || one.is_future(now)).collect();
    if current.iter().any(|one| !one.status.is_off()) {
        current.retain(|one| !one.status.is_off());
    }
    current
}

/// Takes out the embedded events that are copies of items of their own, which tell how things are now. Items of which
/// the id is not kept are known by when they were to begin, else by when they begin, and each is one event alone.
fn take_out_copies(embedded: &mut Vec<(&Opportunity, Occurrence)>, items: &mut [Occurrence]) {
    if embedded.is_empty() {
        return; // as mostly: sessions are items of their own
    }
    let mut is_taken = vec![false; items.len()];
    let mut taken: HashSet<&str> = HashSet::new();
    let mut told = Vec::new();
    for sign_of in [Sign::id, Sign::planned, Sign::start] {
        let mut known: HashMap<Sign<'_>, Vec<usize>> = HashMap::new();
        for at in (0..items.len()).rev().filter(|at| !is_taken[*at]) {
            if let Some(sign) = sign_of(&items[at]) {
                known.entry(sign).or_default().push(at);
            }
        }
        embedded.retain_mut(|(event, copy)| {
            let Some(id) = event.id.get() else { return true };
            if taken.contains(id) {
                return false;
            }
            let signs = [Sign::Id(id), Sign::Time(copy.start)];
            let item = signs.iter().find_map(|sign| known.get_mut(sign)?.pop());
            let Some(at) = item else { return true };
            taken.insert(id);
            is_taken[at] = true;
            told.push((at, copy.facts.take()));
            false
        });
    }
    for (at, facts) in told {
        items[at].facts = items[at].facts.take().or(facts);
    }
}

/// What an item and its copy have in common.
#[derive(PartialEq, Eq, Hash)]
enum Sign<'a> {
    Id(&'a str),
    Time(DateTime<Utc>),
}

impl<'a> Sign<'a> {
    fn id(item: &'a Occurrence) -> Option<Self> {
        item.facts.as_deref()?.id.get().map(Self::Id)
    }

    fn planned(item: &'a Occurrence) -> Option<Self> {
        let facts = item.facts.as_deref().filter(|facts| facts.id.is_absent())?;
        Moment::parse(facts.previous_start_date.as_str()).map(instant).map(Self::Time)
    }

    fn start(item: &'a Occurrence) -> Option<Self> {
        Self::id(item).is_none().then_some(Self::Time(item.start))
    }
}

fn parent_of(opportunity: &Opportunity) -> Option<&Opportunity> {
    let nested = [
        &opportunity.super_event,
        &opportunity.instance_of_course,
        &opportunity.aggregate_facility_use,
    ];
    nested.into_iter().find_map(|parent| parent.get())
}
