//! What changes while the sample runs: one edit a tick, in a fixed order, without chance.
//!
//! Rounds of five ticks take turns through the tables; a later round takes back what an earlier one
//! did, so that the sample stays the same size however long it runs.

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use super::calendar;
use super::calendar::Calendar;
use super::feed::Feed;
use super::feed::find;
use super::leisure;
use super::open_sessions;
use super::sportsuite;

/// Makes the edit of that tick.
pub(super) fn apply(feeds: &mut [Feed], tick: usize, now: DateTime<Utc>) {
    let round = tick / EDITS.len();
    let edit = EDITS[tick % EDITS.len()];
    edit(feeds, round, now);
}

type Edit = fn(&mut [Feed], usize, DateTime<Utc>);

const EDITS: [Edit; 5] =
    [move_class, change_price, cancel_session, list_newcomer, withdraw_activity];

/// A community class moves by half an hour: later, and in the next turn back.
fn move_class(feeds: &mut [Feed], round: usize, now: DateTime<Utc>) {
    let is_first_turn = (round / open_sessions::SERIES_COUNT).is_multiple_of(2);
    let minutes = if is_first_turn { 30 } else { -30 };
    let shift = |data: &mut Value| {
        for time in ["/eventSchedule/0/startTime", "/eventSchedule/0/endTime"] {
            if let Some(value) = data.pointer_mut(time) {
                *value = json!(calendar::later(value.as_str().unwrap_or_default(), minutes));
            }
        }
    };
    let id = open_sessions::series_id(round);
    if let Some(feed) = find(feeds, open_sessions::SERIES) {
        feed.edit(&id, now, &shift);
    }
}

/// The first price of a leisure class rises by fifty pence, and in the next turn falls again.
fn change_price(feeds: &mut [Feed], round: usize, now: DateTime<Utc>) {
    let is_first_turn = (round / leisure::CLASS_COUNT).is_multiple_of(2);
    let pounds = if is_first_turn { 0.5 } else { -0.5 };
    let reprice = |data: &mut Value| {
        if let Some(price) = data.pointer_mut("/offers/0/price") {
            let pence = (price.as_f64().unwrap_or_default() + pounds) * 100.0;
            *price = json!(pence.round() / 100.0);
        }
    };
    if let Some(feed) = find(feeds, leisure::SERIES) {
        feed.edit(&leisure::series_id(round), now, &reprice);
    }
}

/// The second session of a leisure class is cancelled, and in the next round takes place after all.
fn cancel_session(feeds: &mut [Feed], round: usize, now: DateTime<Utc>) {
    let status = if round.is_multiple_of(2) { "EventCancelled" } else { "EventScheduled" };
    let decide = |data: &mut Value| {
        if let Some(value) = data.pointer_mut("/eventStatus") {
            *value = json!(format!("https://schema.org/{status}"));
        }
    };
    if let Some(feed) = find(feeds, leisure::SESSIONS) {
        feed.edit(&leisure::session_id(round / 2, 2), now, &decide);
    }
}

/// A community group lists itself; once all have, they leave one by one and come again.
fn list_newcomer(feeds: &mut [Feed], round: usize, now: DateTime<Utc>) {
    let newcomer = open_sessions::newcomer(round, Calendar::new(now));
    let Some(feed) = find(feeds, open_sessions::SERIES) else { return };
    if (round / open_sessions::NEWCOMER_COUNT).is_multiple_of(2) {
        feed.upsert(newcomer, now);
    } else {
        feed.delete(&newcomer.id, now);
    }
}

/// A programme is deleted, and in the next round published again under the same id.
fn withdraw_activity(feeds: &mut [Feed], round: usize, now: DateTime<Utc>) {
    let activity = sportsuite::activity(round / 2, Calendar::new(now));
    let Some(feed) = find(feeds, sportsuite::SESSIONS) else { return };
    if round.is_multiple_of(2) {
        feed.delete(&activity.id, now);
    } else {
        feed.upsert(activity, now);
    }
}
