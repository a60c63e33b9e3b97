//! `/v3/changes`: what changes, as it changes, as server-sent events.
//!
//! Specification: [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html).
//! The id of an event is the number of the change, so a reader that comes back with `Last-Event-ID` goes
//! on where it was. What is sent waits in a small queue; a reader that leaves it full is let go, and
//! finds the rest when it comes back. Nothing is kept for readers that are away: their number is enough.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::response::IntoResponse as _;
use axum::response::sse::Event;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use serde_json::value::to_raw_value;
use tokio::sync::mpsc;
use tokio::sync::watch;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::AskedFor;
use super::error::Problem;
use super::records;
use super::streams::Place;
use crate::catalogue::Change;
use crate::catalogue::Hit;
use crate::oruk::Id;

/// How many events wait to be sent.
const QUEUE: usize = 16;

/// How many changes are looked up at a time.
const BATCH: usize = 1_000;

/// How many of them are read from the store and written at a time.
const HANDFUL: usize = 16;

/// How long a reader may leave the queue full.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is sent before a sign of life is.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a reader should wait before it comes back.
const RETRY: Duration = Duration::from_secs(5);

/// How long changes can be followed back. Tombstones are kept for a day longer, so within it none is
/// missing.
const MEMORY: TimeDelta = TimeDelta::days(29);

/// Has a proxy pass events on as they come.
///
/// Specification: [`X-Accel-Buffering`](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering).
pub(crate) const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// A stream that is being filled.
struct Stream {
    asked: Asked,
    queue: mpsc::Sender<Event>,
    replaced: watch::Receiver<()>,
    /// The number of the change that was told last.
    after: u64,
    /// The number from which on it is told what lists do not show any more.
    since: u64,
    is_full: bool,
    _place: Place,
}

/// What a short event says of a service.
#[derive(Serialize)]
struct Short {
    id: Id,
    modified_date: String,
}

/// The reader has to be let go, or has gone.
struct Gone;

/// `GET /v3/changes`: a stream of changes, from now on or from after the `Last-Event-ID`.
pub(super) async fn changes(AskedFor(asked): AskedFor) -> Answer {
    asked.check_accepts("text/event-stream")?;
    let view = asked.view()?;
    let is_full = asked.params.flag("full")?;
    let (last, present) = (last_event_id(&asked)?, view.snapshot().generation());
    let young = asked.state.clock.now() - MEMORY;
    let is_known = |last: u64| {
        let is_followed = || view.number_since(young).is_some_and(|known| last + 1 >= known);
        last == 0 || last == present || last < present && is_followed()
    };
    let (first, after) = match last {
        None => (Event::default().retry(RETRY).id(present.to_string()), present),
        Some(last) if is_known(last) => (Event::default().retry(RETRY), last),
        Some(_) => (reset(present), present),
    };
    let (queue, mut events) = mpsc::channel(QUEUE);
    let streams = asked.state.streams.clone();
    let stream = Stream {
        _place: streams.enter(asked.client())?,
        replaced: asked.state.catalogue.replacements(),
        after,
        // Who begins with nothing has nothing to be taken back.
        since: if after == 0 { present } else { after },
        is_full,
        queue,
        asked,
    };
    drop(streams.tasks.spawn(stream.fill(first)));
    let events = stream::poll_fn(move |context| events.poll_recv(context));
    let events = futures_util::StreamExt::map(events, Ok::<Event, Infallible>);
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    Ok(([UNBUFFERED], Sse::new(events).keep_alive(heartbeat)).into_response())
}

/// Reads where a reader left off: the header, or a parameter for those that cannot set it.
fn last_event_id(asked: &Asked) -> Result<Option<u64>, Problem> {
    let Some(value) = asked.headers().get("last-event-id") else {
        return asked.params.change_number("last_event_id");
    };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    let unreadable =
        Problem::Unreadable { parameter: "Last-Event-ID", expected: "the number of a change" };
    number.map(Some).ok_or(unreadable)
}

fn reset(present: u64) -> Event {
    let told = "what changed since is not known any more; read all services, then go on from here";
    let data = json!({ "detail": told }).to_string();
    Event::default().retry(RETRY).id(present.to_string()).event("reset").data(data)
}

impl Stream {
    /// Puts events into the queue until the reader goes, is too slow, or the program ends.
    async fn fill(mut self, first: Event) {
        let stop = self.asked.state.streams.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            Gone = self.follow(first) => {}
        }
    }

    async fn follow(&mut self, first: Event) -> Gone {
        if let Err(gone) = self.send(first).await {
            return gone;
        }
        loop {
            match self.catch_up().await {
                Ok(()) => {}
                Err(gone) => return gone,
            }
            tokio::select! {
                () = self.queue.closed() => return Gone,
                woken = self.replaced.changed() => if woken.is_err() { return Gone },
            }
        }
    }

    /// Tells everything up to the present.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            // An area that is served no more has nothing to tell.
            let view = self.asked.view().or(Err(Gone))?;
            let (after, since) = (self.after, self.since);
            let is_told = move |hit: &Hit| hit.seq > since;
            let found = tokio::task::spawn_blocking(move || view.changes(after, BATCH, is_told));
            let changes = found.await.or(Err(Gone))?;
            let Some(last) = changes.last() else { return Ok(()) };
            self.after = last.hit.seq;
            for handful in changes.chunks(HANDFUL) {
                let events = self.events(handful).await.map_err(|problem| {
                    tracing::error!(?problem, "a stream of changes broke off");
                    Gone
                })?;
                for event in events {
                    self.send(event).await?;
                }
            }
        }
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.queue.send(event)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_closed)) => Err(Gone),
            Err(_too_slow) => {
                tracing::debug!("a slow reader of changes was let go");
                Err(Gone)
            }
        }
    }

    async fn events(&self, changes: &[Change]) -> Result<Vec<Event>, Problem> {
        let mut whole = self.whole(changes).await?.into_iter();
        let mut events = Vec::with_capacity(changes.len());
        for Change { hit, is_listed } in changes {
            let short = || {
                let modified_date = hit.last_modified.to_rfc3339_opts(SecondsFormat::Millis, true);
                to_raw_value(&Short { id: hit.id, modified_date })
            };
            let data =
                if *is_listed && self.is_full { whole.next().flatten() } else { Some(short()?) };
            // Withdrawn a moment ago; a later event tells.
            let Some(data) = data else { continue };
            let name = if *is_listed { "updated" } else { "deleted" };
            events.push(Event::default().id(hit.seq.to_string()).event(name).data(data.get()));
        }
        Ok(events)
    }

    /// Returns the services that are told whole, in order; nothing for one that is gone.
    async fn whole(&self, changes: &[Change]) -> Result<Vec<Option<Box<RawValue>>>, Problem> {
        let listed = changes.iter().filter(|change| change.is_listed && self.is_full);
        let hits: Vec<Hit> = listed.map(|change| change.hit).collect();
        let bodies = self.asked.state.bodies.many(&hits).await?;
        let whole = hits.iter().zip(bodies).map(|(hit, body)| {
            let body = body.filter(|body| !body.is_gone);
            Ok(body.map(|body| records::as_shown(*hit, &body)).transpose()?)
        });
        whole.collect()
    }
}
