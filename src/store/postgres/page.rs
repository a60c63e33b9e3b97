//! Committing a page: items, tombstones, cursor and dirty roots in one transaction.
//!
//! A page is written by a handful of statements for all its items together. Pages of different feeds
//! are written side by side, except where that would leave a root unmarked: see [`Writer::begin`].

use super::connection::Session;
use super::feed;
use super::items::Items;
use super::items::Known;
use super::items::KnownHead;
use super::keys::Keys;
use super::name::text;
use super::prepared::Prepared;
use crate::store::PageOutcome;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::license::license_after;
use crate::store::marks::Marks;

/// Writes a page.
pub(super) async fn commit(
    session: &Session<'_>,
    page: &Prepared,
) -> Result<PageOutcome, StoreError> {
    let mut writer = Writer::begin(session, page).await?;
    let known = Known::read(session, page, &writer.before);
    let (mut keys, known) = tokio::try_join!(biased; Keys::known(session, page), known)?;
    let items = Items::sort_out(page, &keys, known);
    if items.changes_heads() {
        writer.lock_links().await?;
    }
    keys.complete(session).await?;
    writer.write_items(&items, &keys).await?;
    if writer.before.is_resyncing && page.is_last {
        writer.sweep().await?;
    }
    writer.marks.write(session, page.now).await?;
    writer.write_feed().await?;
    Ok(writer.outcome)
}

/// What is known while a page is being written.
pub(super) struct Writer<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) page: &'a Prepared,
    pub(super) marks: Marks,
    pub(super) outcome: PageOutcome,
    pub(super) heads: i64,
    pub(super) occurrences: i64,
    pub(super) findings: i64,
    pub(super) before: Before,
}

/// The feed as it was before a page.
#[expect(clippy::struct_excessive_bools, reason = "columns of one row")]
pub(super) struct Before {
    /// What is read now carries this number.
    pub(super) generation: i64,
    /// Set while the feed is read again from its first page: then what has not changed is marked as seen.
    pub(super) is_resyncing: bool,
    license: Option<String>,
    /// Whether no page of the resync under way has named one.
    is_unlicensed: bool,
    /// Whether it held items with a body.
    pub(super) has_heads: bool,
    pub(super) has_occurrences: bool,
    /// Whether it held sessions since it last had no occurrence.
    has_sessions: bool,
    /// Whether some of its items were noted as unusable.
    pub(super) has_unusable: bool,
}

impl<'a> Writer<'a> {
    /// Holds the feed, so that its pages are written one after the other. A page that may complete its
    /// publisher, which other feeds of it are judged by, holds them all.
    async fn begin(session: &'a Session<'a>, page: &'a Prepared) -> Result<Self, StoreError> {
        let held = session
            .rows(
                "SELECT id, generation, resyncing, license, items > 0, occurrences > 0,
                     EXISTS (SELECT 1 FROM unusable WHERE feed = $1), unlicensed, has_sessions
                 FROM feed WHERE id = $1 OR publisher = (SELECT publisher FROM feed WHERE id = $1 AND
                     (NOT at_end AND $2 OR NOT has_sessions AND $3))
                 ORDER BY id FOR UPDATE OF feed",
                &[&page.feed, &page.is_last, &page.has_sessions],
                |row| {
                    let before = Before {
                        generation: row.try_get(1)?,
                        is_resyncing: row.try_get(2)?,
                        license: row.try_get(3)?,
                        has_heads: row.try_get(4)?,
                        has_occurrences: row.try_get(5)?,
                        has_unusable: row.try_get(6)?,
                        is_unlicensed: row.try_get(7)?,
                        has_sessions: row.try_get(8)?,
                    };
                    Ok((row.try_get::<_, i64>(0)?, before))
                },
            )
            .await?;
        let before = held.into_iter().find(|(feed, _)| *feed == page.feed);
        let before = before.map(|(_, before)| before).ok_or(StoreError::Closed)?;
        let mut writer = Self {
            session,
            page,
            marks: Marks::default(),
            outcome: PageOutcome::default(),
            heads: 0,
            occurrences: 0,
            findings: 0,
            before,
        };
        if writer.before.is_resyncing && page.is_last {
            writer.lock_links().await?;
        }
        Ok(writer)
    }

    /// Holds all links. A head marks what its values reach over several steps; were a link on the way
    /// written by another page meanwhile, neither would see the other's, and a root be left unmarked.
    async fn lock_links(&mut self) -> Result<(), StoreError> {
        let statement = "SELECT value FROM counter WHERE name = 'links' FOR UPDATE";
        self.session.execute(statement, &[]).await?;
        Ok(())
    }

    async fn write_items(&mut self, items: &Items<'a>, keys: &Keys<'_>) -> Result<(), StoreError> {
        self.outcome.unchanged = items.same.len() as u64;
        self.outcome.deleted = self.page.deleted.len() as u64;
        self.outcome.unusable = self.page.unusable_count;
        self.outcome.spoiled = items.spoiled.len() as u64;
        self.outcome.changed = (items.heads.len() + items.occurrences.len()) as u64;
        self.mark_before(items).await?;
        self.remove(&items.gone_heads, &items.gone_occurrences).await?;
        self.put_heads(items, keys).await?;
        self.put_occurrences(items, keys).await?;
        self.note_unusable().await?;
        self.note_seen(items).await
    }

    /// Marks what heads reach that are about to change or go, by the links as they are.
    async fn mark_before(&mut self, items: &Items<'a>) -> Result<(), StoreError> {
        let changing = items.heads.iter().filter_map(|put| put.known.as_ref());
        let gone = items.gone_heads.iter().map(|(head, _)| head);
        let all: Vec<&KnownHead> = changing.chain(gone).collect();
        let rows = all.iter().map(|head| head.row).collect();
        let keys = all.iter().map(|head| head.key).collect();
        self.mark_neighbours(rows, keys).await
    }

    async fn write_feed(&mut self) -> Result<(), StoreError> {
        let page = self.page;
        // What else a page brings cannot make a publisher complete, nor undo it.
        let is_first = !self.before.has_sessions && page.has_sessions;
        let is_judged = page.is_last || is_first || self.occurrences < 0;
        let was_complete = is_judged && self.is_complete().await?;
        let is_changed = self.outcome.changed + self.outcome.deleted + self.outcome.vanished > 0;
        let deleted = codec::number(self.outcome.deleted);
        let named = page.license.as_deref().map(text);
        let (known, named) = (self.before.license.as_deref(), named.as_deref());
        let license = license_after(known, named, self.before.is_unlicensed && page.is_last);
        let items: Option<i64> = self
            .session
            .row(
                "UPDATE feed SET cursor = $2, at_end = at_end OR $3, license = $4,
                     items = items + $5, occurrences = occurrences + $6, deleted = deleted + $7,
                     pages = pages + 1, findings = findings + $8, last_success = $9,
                     last_change = CASE WHEN $10 THEN $9 ELSE last_change END,
                     last_error = NULL, failures = 0, stopped = NULL,
                     resyncing = resyncing AND NOT $3, caught_up = $3, leads_on = $11,
                     unlicensed = unlicensed AND $12,
                     has_sessions = (has_sessions OR $13) AND occurrences + $6 > 0
                 WHERE id = $1 RETURNING items + occurrences",
                &[
                    &page.feed,
                    &page.cursor,
                    &page.is_last,
                    &license,
                    &self.heads,
                    &self.occurrences,
                    &deleted,
                    &self.findings,
                    &page.now.timestamp_millis(),
                    &is_changed,
                    &page.leads_on,
                    &(named.is_none() && !page.is_last),
                    &page.has_sessions,
                ],
                |row| row.try_get(0),
            )
            .await?;
        self.outcome.items = items.map(codec::count).unwrap_or_default();
        if is_judged && self.is_complete().await? != was_complete {
            self.mark_waiting().await?;
        }
        // Nothing of a feed is republished before it is known under which licence, and each service names it.
        if license != known {
            feed::mark_all_of(self.session, &[page.feed]).await?;
        }
        Ok(())
    }

    /// Tells whether every feed of the publisher was read to the end, where some hold sessions.
    async fn is_complete(&self) -> Result<bool, StoreError> {
        let is_complete: Option<Option<bool>> = self
            .session
            .row(
                "SELECT bool_and(at_end) AND bool_or(has_sessions) FROM feed WHERE rank IS NOT NULL
                 AND publisher = (SELECT publisher FROM feed WHERE id = $1)",
                &[&self.page.feed],
                |row| row.try_get(0),
            )
            .await?;
        Ok(is_complete.flatten().unwrap_or_default())
    }

    /// The end of the last feed of a publisher, and its first session, answer what silence could not:
    /// a series without an occurrence to come has none. Those of the publisher are looked at again, also the
    /// ones being mapped this moment, which were read before.
    async fn mark_waiting(&self) -> Result<(), StoreError> {
        self.session
            .execute(
                "WITH own AS (
                     SELECT id FROM feed WHERE publisher = (SELECT publisher FROM feed WHERE id = $1))
                 INSERT INTO dirty (key) SELECT key FROM (
                     SELECT key FROM head WHERE feed IN (SELECT id FROM own)
                     UNION SELECT parent FROM occurrence WHERE feed IN (SELECT id FROM own)) AS root
                 WHERE NOT EXISTS
                     (SELECT 1 FROM occurrence WHERE parent = root.key AND start > $2)
                 ORDER BY key ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
                &[&self.page.feed, &self.page.now.timestamp()],
            )
            .await?;
        Ok(())
    }
}
