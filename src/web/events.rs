//! `/events`: the changing parts of the page at `/`, as server-sent events.
//!
//! Specification: [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html).
//! A stream ends by itself after a minute, before an idle connection would be cut, and when the gateway
//! is about to stop; browsers then ask again. All followers are shown the same report, made once a
//! second at most.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::Sse;
use futures_util::Stream;
use futures_util::StreamExt as _;
use futures_util::stream;
use moka::sync::Cache;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use super::frame::Trouble;
use super::parts;
use super::parts::Part;
use crate::api::ApiState;
use crate::api::Problem;
use crate::api::UNBUFFERED;

/// How many may follow at a time; others refresh the page.
const MAX_FOLLOWERS: usize = 100;

/// How often a follower is told what changed.
const EVERY: Duration = Duration::from_secs(2);

/// How often in all.
const TIMES: usize = 30;

/// How soon a browser asks again when a stream has ended.
const RETRY: Duration = Duration::from_secs(1);

/// How long a report is taken as it is.
const REPORT_FOR: Duration = Duration::from_secs(1);

/// Who follows the page, and what they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Followers {
    places: Arc<Semaphore>,
    shown: Cache<(), Arc<Vec<Part>>>,
}

impl Default for Followers {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_FOLLOWERS)),
            shown: Cache::builder().max_capacity(1).time_to_live(REPORT_FOR).build(),
        }
    }
}

/// One who follows.
struct Follower {
    state: ApiState,
    seen: Arc<Vec<Part>>,
    times: usize,
    /// Given back when the stream ends.
    _place: OwnedSemaphorePermit,
}

/// `GET /events`: an event `part` for each part that changed, `all` when the feeds are others now.
pub(super) async fn events(State(state): State<ApiState>) -> Result<Response, Trouble> {
    // 204 tells a browser not to ask again.
    let Ok(place) = Arc::clone(&state.followers.places).try_acquire_owned() else {
        return Ok(axum::http::StatusCode::NO_CONTENT.into_response());
    };
    let seen = parts(&state).await?;
    let first = seen.iter().map(event).collect();
    let follower = Follower { state, seen, times: 0, _place: place };
    let events = stream::iter([first]).chain(follower.follow()).flat_map(stream::iter);
    Ok(([UNBUFFERED], Sse::new(events.map(Ok::<_, Infallible>))).into_response())
}

impl Follower {
    /// Returns handfuls of events, one every two seconds.
    fn follow(self) -> impl Stream<Item = Vec<Event>> {
        stream::unfold(self, |mut follower| async {
            tokio::time::sleep(EVERY).await;
            follower.times += 1;
            if follower.times > TIMES || !follower.state.status.is_ready() {
                return None;
            }
            let now = parts(&follower.state).await.ok()?;
            let events = changed(&follower.seen, &now);
            follower.seen = now;
            Some((events, follower))
        })
    }
}

fn changed(seen: &[Part], now: &[Part]) -> Vec<Event> {
    if !are_alike(seen, now) {
        return vec![Event::default().event("all").data("")];
    }
    let changed: Vec<Event> =
        now.iter().zip(seen).filter(|(now, seen)| now != seen).map(|(now, _)| event(now)).collect();
    if changed.is_empty() { vec![Event::default().comment("")] } else { changed }
}

/// Tells whether they are the same parts of the page, whatever they say.
fn are_alike(seen: &[Part], now: &[Part]) -> bool {
    seen.iter().map(Part::start_tag).eq(now.iter().map(Part::start_tag))
}

fn event(part: &Part) -> Event {
    Event::default().event("part").retry(RETRY).data(&part.0)
}

async fn parts(state: &ApiState) -> Result<Arc<Vec<Part>>, Problem> {
    if let Some(parts) = state.followers.shown.get(&()) {
        return Ok(parts);
    }
    let report = state.status.report().await?;
    let parts = parts::parts(&report, state.clock.now()).map_err(|_unwritten| Problem::Internal)?;
    let parts = Arc::new(parts);
    state.followers.shown.insert((), Arc::clone(&parts));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_in_the_place_of_another_makes_the_page_another() {
        let page = |rows: &[(&str, &str)]| -> Vec<Part> {
            let row = |(id, text): &(_, _)| Part(format!("<tr id=\"{id}\" data-part>{text}</tr>"));
            rows.iter().map(row).collect()
        };
        let looked_for = page(&[("totals", "0"), ("dataset-a", "Its feeds are being looked for")]);
        let found = page(&[("totals", "0"), ("feed-0", "Live")]);
        assert!(!are_alike(&looked_for, &found));
        assert!(!are_alike(&found[..1], &found));
        assert!(are_alike(&found, &page(&[("totals", "9"), ("feed-0", "Paused")])));
    }
}
