//! Answers that are kept ready: a request whose meaning is known is answered without going to its route.
//!
//! What a target means never changes: which list or service of which root, under which name its pages
//! are kept. What it shows does, so the catalogue is asked each time which edition that is now.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use hashbrown::DefaultHashBuilder;
use moka::sync::Cache;

use super::asked;
use super::metrics::Route;
use super::params::Paging;
use super::state::ApiState;
use crate::catalogue::View;
use crate::oruk::Id;

/// How much memory the meanings of targets may take, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// What is kept for one target beside its texts.
const OVERHEAD_BYTES: usize = 300;

/// The meanings of targets that were asked for lately.
#[derive(Debug, Clone)]
pub(super) struct Targets(Cache<Arc<str>, Arc<Target>, DefaultHashBuilder>);

/// What a target, a path with its query, means.
#[derive(Debug)]
pub(super) struct Target {
    /// For what is measured.
    pub(super) route: Route,
    /// What of the path names an area.
    pub(super) slug: Option<String>,
    /// Under which name the answer is kept.
    pub(super) name: Arc<str>,
    pub(super) what: What,
}

/// What is asked for.
#[derive(Debug)]
pub(super) enum What {
    /// A page of the list that answers a question.
    Page(Arc<str>, Paging),
    /// A service.
    Service(Id),
}

impl Default for Targets {
    fn default() -> Self {
        let weigh = |target: &Arc<str>, _: &Arc<Target>| {
            u32::try_from(target.len() * 3 + OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        let targets = Cache::builder().max_capacity(MAX_BYTES).weigher(weigh);
        Self(targets.build_with_hasher(DefaultHashBuilder::default()))
    }
}

impl Targets {
    /// Keeps what a target means.
    pub(super) fn insert(&self, target: &str, meaning: Target) {
        self.0.insert(target.into(), Arc::new(meaning));
    }
}

/// Returns the answer to a request and its route, if all of it is there already.
pub(super) fn answer(
    state: &ApiState,
    parts: &Parts,
    client: Option<IpAddr>,
) -> Option<(Route, Response)> {
    if parts.method != Method::GET || !asked::accepts_any(&parts.headers, asked::JSON) {
        return None;
    }
    let target = state.targets.0.get(parts.uri.path_and_query()?.as_str())?;
    let licences = state.licences_known()?;
    let view = asked::view(state, target.slug.as_deref()).ok()?;
    let now = state.clock.now();
    let number = match &target.what {
        What::Page(question, Paging { page, .. }) => {
            let shown = state.walks.peek(client, question, *page, view.clone(), now);
            let edition = view.snapshot().edition();
            // What an earlier moment lists is looked at anew.
            (shown.snapshot().edition() == edition).then_some(edition)?
        }
        What::Service(id) => number_of(&view, *id)?,
    };
    let kept = state.pages.kept(number, &target.name)?;
    let is_base = |base: &str| state.is_base_url(base, &parts.headers);
    let response = kept.ready(&parts.headers, &licences, is_base)?;
    if let What::Page(question, paging) = &target.what {
        // Else the route takes the step.
        state.walks.view(client, question, paging.page, view, now);
        if paging.page >= paging.last(kept.total) {
            state.walks.end(client, question, paging.page, number);
        }
    }
    Some((target.route.clone(), response))
}

fn number_of(view: &View, id: Id) -> Option<u64> {
    let hit = view.service(id)?;
    (!hit.is_gone && !hit.is_strict).then_some(hit.seq)
}
