//! Walks through the pages of a list while the data changes.
//!
//! Open Referral pages are numbers, so a service that comes or goes shifts all that follow it, and a
//! reader who takes page after page would meet one twice or never. Baton keeps the moment that a page
//! showed for a while, and shows the same one to whoever asks for the page after it. A walk is known by
//! its steps: same client, same question, next page; and since many ask for pages side by side, the latest walk also
//! shows pages in any order. A first page always shows the present.
//!
//! Nobody says which reader of an address it is. So a page is of the latest walk where that may be; but the page that
//! a reader got to, asked for once more, and the next of one who took a step lately come before pages in any order, and
//! the next of one who took none for a while before a page that the latest walk got past.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use hashbrown::DefaultHashBuilder;
use moka::sync::Cache;
use roaring::RoaringBitmap;

use crate::catalogue::View;

/// How many questions are walked through at the same time.
const MAX_QUESTIONS: u64 = 512;

/// How many walks through one question of one client are told apart.
const MAX_WALKS: usize = 4;

/// How long a reader may take from page to page.
const PATIENCE: Duration = Duration::from_mins(2);

/// How soon a page asked for again is taken as the same step, tried once more, and whoever took a step is taken to be
/// there still.
const AGAIN: TimeDelta = TimeDelta::seconds(10);

/// The walks under way.
#[derive(Debug, Clone)]
pub(super) struct Walks(Cache<(Option<IpAddr>, Arc<str>), Of, DefaultHashBuilder>);

/// The walks of one client through one question.
type Of = Arc<Mutex<Vec<Walk>>>;

#[derive(Debug)]
struct Walk {
    view: View,
    /// The pages it showed. Each took a request, and takes two bytes at most.
    shown: RoaringBitmap,
    /// When it showed one for the first time last.
    at: DateTime<Utc>,
    /// Whether it was begun more than once from here: it stays for the others when one goes on.
    is_shared: bool,
    /// Whether the page it got to is the last.
    is_over: bool,
}

impl Default for Walks {
    fn default() -> Self {
        let walks = Cache::builder().max_capacity(MAX_QUESTIONS).time_to_idle(PATIENCE);
        Self(walks.build_with_hasher(DefaultHashBuilder::default()))
    }
}

impl Walks {
    /// Returns what [`view`](Self::view) would return, and takes no step.
    pub(super) fn peek(
        &self,
        client: Option<IpAddr>,
        question: &Arc<str>,
        page: usize,
        present: View,
        now: DateTime<Utc>,
    ) -> View {
        let Some(walks) = self.0.get(&(client, Arc::clone(question))) else { return present };
        let walks = walks.lock().unwrap_or_else(PoisonError::into_inner);
        under_way(&walks, number(page), now).map_or(present, |at| walks[at].view.clone())
    }

    /// Returns what a page is to show: what the page before it showed, else the present. That is a step of a walk.
    pub(super) fn view(
        &self,
        client: Option<IpAddr>,
        question: &Arc<str>,
        page: usize,
        present: View,
        now: DateTime<Utc>,
    ) -> View {
        let page = number(page);
        let walks = self.0.get_with((client, Arc::clone(question)), Arc::default);
        let mut walks = walks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = under_way(&walks, page, now) {
            let walk = &mut walks[at];
            let view = walk.view.clone();
            if walk.shown.contains(page) {
                return view;
            }
            walk.at = now;
            if walk.is_shared {
                let mut shown = walk.shown.clone();
                shown.insert(page);
                push(&mut walks, Walk::new(view.clone(), shown, now));
            } else {
                walk.shown.insert(page);
            }
            return view;
        }
        let edition = present.snapshot().edition();
        let is_same = |walk: &&mut Walk| walk.is_at(page) && walk.edition() == edition;
        if let Some(walk) = walks.iter_mut().find(is_same) {
            // So that many who look at a first page end nobody's walk.
            (walk.at, walk.is_shared) = (now, true);
        } else {
            let shown = RoaringBitmap::from_iter([page]);
            push(&mut walks, Walk::new(present.clone(), shown, now));
        }
        present
    }

    /// Notes that a page, as an edition shows it, is the last: nobody goes on from there.
    pub(super) fn end(
        &self,
        client: Option<IpAddr>,
        question: &Arc<str>,
        page: usize,
        edition: u64,
    ) {
        let Some(walks) = self.0.get(&(client, Arc::clone(question))) else { return };
        let mut walks = walks.lock().unwrap_or_else(PoisonError::into_inner);
        for walk in walks.iter_mut().filter(|walk| walk.edition() == edition) {
            walk.is_over |= walk.is_at(number(page));
        }
    }
}

impl Walk {
    fn new(view: View, shown: RoaringBitmap, now: DateTime<Utc>) -> Self {
        Self { view, shown, at: now, is_shared: false, is_over: false }
    }

    fn edition(&self) -> u64 {
        self.view.snapshot().edition()
    }

    fn is_at(&self, page: u32) -> bool {
        self.shown.max() == Some(page)
    }
}

/// No list has as many pages as can be numbered here.
fn number(page: usize) -> u32 {
    u32::try_from(page).unwrap_or(u32::MAX)
}

/// Returns which walk a page is a step of; none for a first page.
fn under_way(walks: &[Walk], page: u32, now: DateTime<Utc>) -> Option<usize> {
    if page <= 1 {
        return None;
    }
    let latest = walks.iter().map(Walk::edition).max()?;
    let is_latest = |walk: &Walk| walk.edition() == latest;
    let is_next = |walk: &Walk| walk.is_at(page - 1) && !walk.is_over;
    let is_lately = |walk: &Walk| now - walk.at < AGAIN;
    let lacks = |walk: &Walk| !walk.shown.contains(page);
    let has_gap = |walk: &Walk| walk.shown.max().is_some_and(|max| walk.shown.len() < max.into());
    // A first page alone is no step yet, and anybody looks at it.
    let is_begun = |walk: &Walk| walk.shown.len() > 1;
    let is_under_way = |walk: &Walk| is_lately(walk) && is_begun(walk) && !walk.is_over;
    let find = |is_it: &dyn Fn(&Walk) -> bool| walks.iter().rposition(is_it);
    find(&|walk| is_latest(walk) && is_next(walk))
        .or_else(|| find(&|walk| is_under_way(walk) && is_next(walk)))
        .or_else(|| find(&|walk| is_latest(walk) && walk.is_at(page) && is_lately(walk)))
        .or_else(|| find(&|walk| is_under_way(walk) && walk.is_at(page)))
        // Whoever takes pages in another order is at it still, and any page may be the next.
        .or_else(|| find(&|walk| is_latest(walk) && lacks(walk) && has_gap(walk)))
        .or_else(|| find(&|walk| is_begun(walk) && is_next(walk)))
        .or_else(|| find(&|walk| is_latest(walk) && !lacks(walk) && is_lately(walk)))
        .or_else(|| find(&is_next))
        // Of an older walk only the page it got to is asked for again: a reader who begins again has left it, and may
        // ask for any of the others.
        .or_else(|| find(&|walk| walk.is_at(page) && is_lately(walk)))
        .or_else(|| find(&|walk| is_latest(walk) && lacks(walk)))
}

/// Adds a walk; too many end the one that stood still longest.
fn push(walks: &mut Vec<Walk>, walk: Walk) {
    if walks.len() >= MAX_WALKS {
        let oldest = walks.iter().enumerate().min_by_key(|(_, walk)| walk.at);
        if let Some(oldest) = oldest.map(|(index, _)| index) {
            walks.remove(oldest);
        }
    }
    walks.push(walk);
}
