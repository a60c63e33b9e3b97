//! Committing a page: items, tombstones, cursor and dirty roots in one transaction.

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::codec;
use super::compress;
use super::connection::Pool;
use super::feed;
use super::sql;
use crate::store::ItemChange;
use crate::store::PageCommit;
use crate::store::PageOutcome;
use crate::store::Relation;
use crate::store::StoreError;
use crate::store::StoredHead;
use crate::store::StoredOccurrence;
use crate::store::license::license_after;
use crate::store::limits::MAX_PARENTS;
use crate::store::marks::Marks;

const DOING: &str = "writing a page";

/// A page whose bodies are compressed, so that the transaction stays short.
pub(super) struct Prepared {
    page: PageCommit,
    /// One for each change; nothing where it has none or need not be written.
    bodies: Vec<Vec<u8>>,
}

/// Compresses the bodies of a page, but for those that are the same as before.
pub(super) fn prepare(pool: &Pool, page: PageCommit) -> Result<Prepared, StoreError> {
    let same = pool.read(|connection| same(connection, &page).map_err(sql(DOING)))?;
    let body = |change: &ItemChange| match change {
        ItemChange::Head(head) if !same.contains(head.item_id.as_str()) => {
            codec::compress(DOING, head.body.as_bytes())
        }
        _ => Ok(Vec::new()),
    };
    let bodies = page.changes.iter().map(body).collect::<Result<_, _>>()?;
    Ok(Prepared { page, bodies })
}

/// Returns the items that say what is stored of them. Of a feed that is read for the first time hardly any does.
fn same<'p>(connection: &Connection, page: &'p PageCommit) -> rusqlite::Result<HashSet<&'p str>> {
    let transaction = connection.unchecked_transaction()?;
    let mut select =
        transaction.prepare_cached("SELECT at_end AND items > 0 FROM feed WHERE id = ?1")?;
    let mut same = HashSet::new();
    if !select.query_row([page.feed.0], |row| row.get(0))? {
        return Ok(same);
    }
    let mut select = transaction.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM head WHERE feed = ?1 AND item_id = ?2 AND hash = ?3)",
    )?;
    for change in &page.changes {
        let ItemChange::Head(head) = change else { continue };
        let values = params![page.feed.0, head.item_id, codec::hash(head.body.as_bytes())];
        if select.query_row(values, |row| row.get(0))? {
            same.insert(head.item_id.as_str());
        }
    }
    Ok(same)
}

/// Writes a page, as part of a transaction.
pub(super) fn commit(
    transaction: &Connection,
    Prepared { page, bodies }: Prepared,
) -> Result<PageOutcome, StoreError> {
    let mut writer = Writer::new(transaction, &page).map_err(sql(DOING))?;
    for (change, body) in page.changes.iter().zip(bodies) {
        writer.apply(change, body)?;
    }
    writer.finish()
}

/// Parent, start, length, status and facts of an occurrence.
type OccurrenceColumns = (i64, i64, Option<i64>, u8, Option<i64>);

/// What is known while a page is being written.
pub(super) struct Writer<'a> {
    pub(super) transaction: &'a Connection,
    pub(super) page: &'a PageCommit,
    pub(super) feed: i64,
    keys: HashMap<&'a str, i64>,
    facts: HashMap<&'a str, i64>,
    marks: Marks,
    pub(super) outcome: PageOutcome,
    heads: i64,
    occurrences: i64,
    findings: i64,
    /// What the feed had before this page.
    pub(super) had: Had,
    license: Option<String>,
    /// Whether no page of the resync under way has named one.
    is_unlicensed: bool,
    /// Whether items of the feed are noted as unusable.
    pub(super) has_unusable: bool,
    /// What is read now carries this number.
    pub(super) generation: i64,
    /// Set while the feed is read again from its first page: then what has not changed is marked as seen.
    pub(super) is_resyncing: bool,
}

/// What a feed has. Most have one or the other, and need not be asked for each item of a page.
pub(super) struct Had {
    /// Items with a body.
    pub(super) heads: bool,
    occurrences: bool,
    /// Where it had some since it last had no occurrence: it may have nothing but slots any more.
    sessions: bool,
}

impl<'a> Writer<'a> {
    fn new(transaction: &'a Connection, page: &'a PageCommit) -> rusqlite::Result<Self> {
        let mut select = transaction.prepare_cached(
            "SELECT generation, resyncing, items > 0, occurrences > 0,
                 EXISTS (SELECT 1 FROM unusable WHERE feed = ?1), license, unlicensed, has_sessions
             FROM feed WHERE id = ?1",
        )?;
        select.query_row([page.feed.0], |row| {
            Ok(Self {
                transaction,
                page,
                feed: page.feed.0,
                keys: HashMap::new(),
                facts: HashMap::new(),
                marks: Marks::default(),
                outcome: PageOutcome::default(),
                heads: 0,
                occurrences: 0,
                findings: 0,
                generation: row.get(0)?,
                is_resyncing: row.get(1)?,
                had: Had { heads: row.get(2)?, occurrences: row.get(3)?, sessions: row.get(7)? },
                has_unusable: row.get(4)?,
                license: row.get(5)?,
                is_unlicensed: row.get(6)?,
            })
        })
    }

    fn apply(&mut self, change: &'a ItemChange, body: Vec<u8>) -> Result<(), StoreError> {
        let changed = match change {
            ItemChange::Head(head) => self.head(head, body),
            ItemChange::Occurrence(occurrence) => self.occurrence(occurrence),
            ItemChange::Deleted { item_id, modified } => self.delete(item_id, *modified),
            ItemChange::Unusable { item_id, finding } => self.unusable(item_id.as_deref(), finding),
        };
        changed.map_err(sql(DOING))
    }

    fn head(&mut self, head: &'a StoredHead, mut body: Vec<u8>) -> rusqlite::Result<()> {
        let hash = codec::hash(head.body.as_bytes());
        let (key, is_new_key) = self.find_or_make_key(&head.key)?;
        let mut select = self.transaction.prepare_cached(
            "SELECT id, key, hash, findings FROM head WHERE feed = ?1 AND item_id = ?2",
        )?;
        let known: Option<(i64, i64, [u8; 16], i64)> = select
            .query_row(params![self.feed, head.item_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let findings = codec::number(head.findings.len());
        if let Some((_, known_key, known_hash, _)) = known
            && known_key == key
            && known_hash == hash
        {
            self.outcome.unchanged += 1;
            self.seen_again(&head.item_id)?;
            return self.usable(&head.item_id);
        }
        if body.is_empty() {
            body = compress(DOING, head.body.as_bytes())?;
        }
        let kind = codec::kind_code(head.kind);
        let row = if let Some((row, known_key, _, known_findings)) = known {
            self.mark_neighbours(row, known_key)?;
            self.transaction.prepare_cached("DELETE FROM link WHERE head = ?1")?.execute([row])?;
            self.transaction
                .prepare_cached(
                    "UPDATE head SET key = ?2, kind = ?3, hash = ?4, findings = ?5, body = ?6,
                         generation = ?7
                     WHERE id = ?1",
                )?
                .execute(params![row, key, kind, hash, findings, body, self.generation])?;
            self.findings -= known_findings;
            row
        } else {
            self.remove_occurrence(&head.item_id, head.modified)?;
            self.heads += 1;
            self.insert_head(head, key, &hash, &body)?
        };
        self.findings += findings;
        self.write_links(row, head)?;
        // Nothing can be linked to what nobody named before.
        if !is_new_key || !head.links.is_empty() {
            self.mark_neighbours(row, key)?;
        }
        self.marks.touch(key, head.modified);
        self.usable(&head.item_id)?;
        self.outcome.changed += 1;
        Ok(())
    }

    fn insert_head(
        &self,
        head: &StoredHead,
        key: i64,
        hash: &[u8; 16],
        body: &[u8],
    ) -> rusqlite::Result<i64> {
        let (feed, item_id, generation) = (self.feed, &head.item_id, self.generation);
        let kind = codec::kind_code(head.kind);
        let findings = codec::number(head.findings.len());
        self.transaction
            .prepare_cached(
                "INSERT INTO head (feed, item_id, key, kind, hash, findings, body, generation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![feed, item_id, key, kind, hash, findings, body, generation])?;
        Ok(self.transaction.last_insert_rowid())
    }

    fn write_links(&mut self, row: i64, head: &'a StoredHead) -> rusqlite::Result<()> {
        for link in &head.links {
            let (child, parent) = (self.key(&link.child)?, self.key(&link.parent)?);
            self.transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO link (head, relation, child, parent) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![row, codec::relation_code(link.relation), child, parent])?;
        }
        Ok(())
    }

    /// Marks a head's own key and every key its values or links reach, and those of other items with this
    /// key, for which it may stand in. Values reach down through several steps, also where what stands
    /// between is a service itself.
    fn mark_neighbours(&mut self, row: i64, key: i64) -> rusqlite::Result<()> {
        self.marks.mark(key);
        // Most items are linked to nothing.
        let mut select = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM link WHERE head = ?1)
                 OR EXISTS (SELECT 1 FROM link WHERE child = ?2)
                 OR EXISTS (SELECT 1 FROM link WHERE parent = ?2)",
        )?;
        if !select.query_row([row, key], |row| row.get(0))? {
            return Ok(());
        }
        let mut select = self.transaction.prepare_cached(
            "WITH RECURSIVE beneath (key, steps) AS (
                 SELECT ?2, 0
                 UNION SELECT link.child, steps + 1 FROM beneath JOIN link ON link.parent = beneath.key
                     WHERE link.relation = ?3 AND steps < ?4)
             SELECT child FROM link WHERE head = ?1 UNION SELECT parent FROM link WHERE head = ?1
             UNION SELECT child FROM link WHERE parent = ?2
             UNION SELECT parent FROM link WHERE child = ?2 UNION SELECT key FROM beneath",
        )?;
        let part_of = codec::relation_code(Relation::PartOf);
        let steps = codec::number(MAX_PARENTS);
        let mut rows = select.query(params![row, key, part_of, steps])?;
        while let Some(found) = rows.next()? {
            self.marks.mark(found.get(0)?);
        }
        Ok(())
    }

    fn occurrence(&mut self, occurrence: &'a StoredOccurrence) -> rusqlite::Result<()> {
        let parent = self.key(&occurrence.parent)?;
        let facts = occurrence.facts.as_deref().map(|facts| self.facts_id(facts)).transpose()?;
        let start = occurrence.start.timestamp();
        let length = occurrence.end.map(|end| end.timestamp() - start);
        let status = codec::event_status_code(occurrence.status);
        let row = (parent, start, length, status, facts);
        let known = self.find_occurrence(&occurrence.item_id)?;
        if known == Some(row) {
            self.outcome.unchanged += 1;
            self.seen_again(&occurrence.item_id)?;
            return self.usable(&occurrence.item_id);
        }
        if known.is_none() {
            self.remove_head(&occurrence.item_id, occurrence.modified)?;
            self.occurrences += 1;
        }
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO occurrence
                     (feed, item_id, parent, start, length, status, facts, generation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                self.feed,
                occurrence.item_id,
                parent,
                start,
                length,
                status,
                facts,
                self.generation
            ])?;
        if let Some((old_parent, ..)) = known {
            self.marks.mark(old_parent);
        }
        self.marks.touch(parent, occurrence.modified);
        self.usable(&occurrence.item_id)?;
        self.outcome.changed += 1;
        Ok(())
    }

    fn find_occurrence(&self, item_id: &str) -> rusqlite::Result<Option<OccurrenceColumns>> {
        self.transaction
            .prepare_cached(
                "SELECT parent, start, length, status, facts FROM occurrence
                 WHERE feed = ?1 AND item_id = ?2",
            )?
            .query_row(params![self.feed, item_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()
    }

    fn delete(&mut self, item_id: &str, modified: Option<DateTime<Utc>>) -> rusqlite::Result<()> {
        self.outcome.deleted += 1;
        let was_head = self.remove_head(item_id, modified)?;
        if !was_head {
            self.remove_occurrence(item_id, modified)?;
        }
        self.usable(item_id)
    }

    pub(super) fn remove_head(
        &mut self,
        item_id: &str,
        modified: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<bool> {
        if !self.had.heads && self.heads == 0 {
            return Ok(false);
        }
        let known = self
            .transaction
            .prepare_cached("SELECT id, key, findings FROM head WHERE feed = ?1 AND item_id = ?2")?
            .query_row(params![self.feed, item_id], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
        let Some((row, key, findings)) = known else { return Ok(false) };
        self.mark_neighbours(row, key)?;
        self.transaction.prepare_cached("DELETE FROM head WHERE id = ?1")?.execute([row])?;
        self.marks.touch(key, modified);
        self.heads -= 1;
        self.findings -= findings;
        Ok(true)
    }

    pub(super) fn remove_occurrence(
        &mut self,
        item_id: &str,
        modified: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<()> {
        if !self.had.occurrences && self.occurrences == 0 {
            return Ok(());
        }
        let parent: Option<i64> = self
            .transaction
            .prepare_cached(
                "DELETE FROM occurrence WHERE feed = ?1 AND item_id = ?2 RETURNING parent",
            )?
            .query_row(params![self.feed, item_id], |row| row.get(0))
            .optional()?;
        if let Some(parent) = parent {
            self.marks.touch(parent, modified);
            self.occurrences -= 1;
        }
        Ok(())
    }

    /// Returns the number of a key, made on first sight.
    fn key(&mut self, key: &'a str) -> rusqlite::Result<i64> {
        self.find_or_make_key(key).map(|(id, _)| id)
    }

    /// The same, and whether it was made now.
    fn find_or_make_key(&mut self, key: &'a str) -> rusqlite::Result<(i64, bool)> {
        if let Some(&id) = self.keys.get(key) {
            return Ok((id, false));
        }
        let mut select = self.transaction.prepare_cached("SELECT id FROM key WHERE key = ?1")?;
        let known = select.query_row([key], |row| row.get(0)).optional()?;
        let id = if let Some(id) = known {
            id
        } else {
            self.transaction.prepare_cached("INSERT INTO key (key) VALUES (?1)")?.execute([key])?;
            self.transaction.last_insert_rowid()
        };
        self.keys.insert(key, id);
        Ok((id, known.is_none()))
    }

    fn facts_id(&mut self, facts: &'a str) -> rusqlite::Result<i64> {
        if let Some(&id) = self.facts.get(facts) {
            return Ok(id);
        }
        let hash = codec::hash(facts.as_bytes());
        let mut select = self.transaction.prepare_cached("SELECT id FROM facts WHERE hash = ?1")?;
        let known = select.query_row([hash], |row| row.get(0)).optional()?;
        let id = if let Some(id) = known {
            id
        } else {
            let body = compress(DOING, facts.as_bytes())?;
            self.transaction
                .prepare_cached("INSERT INTO facts (hash, body) VALUES (?1, ?2)")?
                .execute(params![hash, body])?;
            self.transaction.last_insert_rowid()
        };
        self.facts.insert(facts, id);
        Ok(id)
    }

    fn finish(mut self) -> Result<PageOutcome, StoreError> {
        if self.is_resyncing && self.page.is_last {
            self.sweep().map_err(sql(DOING))?;
        }
        self.write_marks().map_err(sql(DOING))?;
        self.write_feed().map_err(sql(DOING))?;
        Ok(self.outcome)
    }

    fn write_marks(&self) -> rusqlite::Result<()> {
        let now = self.page.now.timestamp_millis();
        let mut see = self.transaction.prepare_cached(
            "UPDATE key SET changed_at = ?2, modified =
                 CASE WHEN ?3 < 0 OR modified < 0 THEN -1 ELSE max(modified, ?3) END WHERE id = ?1",
        )?;
        let mut mark =
            self.transaction.prepare_cached("INSERT OR REPLACE INTO dirty (key) VALUES (?1)")?;
        for (key, modified) in &self.marks.0 {
            if let Some(modified) = modified {
                see.execute([*key, now, *modified])?;
            }
            mark.execute([key])?;
        }
        Ok(())
    }

    fn write_feed(&mut self) -> rusqlite::Result<()> {
        let now = self.page.now.timestamp_millis();
        // What else a page brings cannot make a publisher complete, nor undo it.
        let is_session = |change: &ItemChange| matches!(change, ItemChange::Occurrence(occurrence) if !occurrence.is_slot);
        let has_sessions = self.page.changes.iter().any(is_session);
        let is_first = !self.had.sessions && has_sessions;
        let is_judged = self.page.is_last || is_first || self.occurrences < 0;
        let was_complete = is_judged && self.is_complete()?;
        let (known, named) = (self.license.as_deref(), self.page.license.as_deref());
        let license = license_after(known, named, self.is_unlicensed && self.page.is_last);
        let is_changed = self.outcome.changed + self.outcome.deleted + self.outcome.vanished > 0;
        let deleted = codec::number(self.outcome.deleted);
        self.transaction
            .prepare_cached(
                "UPDATE feed SET cursor = ?2, at_end = at_end OR ?3, license = ?4,
                     items = items + ?5, occurrences = occurrences + ?6, deleted = deleted + ?7,
                     pages = pages + 1, findings = findings + ?8, last_success = ?9,
                     last_change = CASE WHEN ?10 THEN ?9 ELSE last_change END,
                     last_error = NULL, failures = 0, stopped = NULL,
                     resyncing = resyncing AND NOT ?3, caught_up = ?3, leads_on = ?11,
                     unlicensed = unlicensed AND ?12,
                     has_sessions = (has_sessions OR ?13) AND occurrences + ?6 > 0
                 WHERE id = ?1 RETURNING items + occurrences",
            )?
            .query_row(
                params![
                    self.feed,
                    self.page.cursor,
                    self.page.is_last,
                    license,
                    self.heads,
                    self.occurrences,
                    deleted,
                    self.findings,
                    now,
                    is_changed,
                    self.page.leads_on,
                    named.is_none() && !self.page.is_last,
                    has_sessions,
                ],
                |row| row.get::<_, i64>(0),
            )
            .map(|items| self.outcome.items = codec::count(items))?;
        if is_judged && self.is_complete()? != was_complete {
            self.mark_waiting()?;
        }
        // Nothing of a feed is republished before it is known under which licence, and each service names it.
        if license != known {
            feed::mark_all_of(self.transaction, self.feed)?;
        }
        Ok(())
    }

    /// Tells whether every feed of the publisher was read to the end, where some hold sessions.
    fn is_complete(&self) -> rusqlite::Result<bool> {
        let mut select = self.transaction.prepare_cached(
            "SELECT min(at_end) AND max(has_sessions) FROM feed WHERE rank IS NOT NULL
             AND publisher = (SELECT publisher FROM feed WHERE id = ?1)",
        )?;
        let is_complete: Option<bool> = select.query_row([self.feed], |row| row.get(0))?;
        Ok(is_complete.unwrap_or_default())
    }

    /// The end of the last feed of a publisher, and its first session, answer what silence could not:
    /// a series without an occurrence to come has none. Those of the publisher are looked at again, also the
    /// ones being mapped this moment, which were read before.
    fn mark_waiting(&self) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(
                "WITH own AS (
                     SELECT id FROM feed WHERE publisher = (SELECT publisher FROM feed WHERE id = ?1))
                 INSERT OR REPLACE INTO dirty (key) SELECT key FROM (
                     SELECT key FROM head WHERE feed IN own
                     UNION SELECT parent FROM occurrence WHERE feed IN own) AS root
                 WHERE NOT EXISTS (SELECT 1 FROM occurrence WHERE parent = root.key AND start > ?2)",
            )?
            .execute(params![self.feed, self.page.now.timestamp()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openactive::Kind;
    use crate::store::FeedSpec;

    #[test]
    fn what_is_the_same_is_packed_only_where_it_is_written_again() {
        let pool = Pool::in_memory().unwrap();
        let spec = FeedSpec { publisher: "one".to_owned(), url: "https://example.org".to_owned() };
        let feeds = pool.write(|connection| feed::sync(connection, &[spec])).unwrap();
        let page = |key: &str, body: &str| PageCommit {
            feed: feeds[0].id,
            cursor: String::new(),
            license: None,
            is_last: true,
            leads_on: false,
            now: DateTime::UNIX_EPOCH,
            changes: vec![ItemChange::Head(StoredHead {
                item_id: "item".to_owned(),
                kind: Kind::Event,
                key: key.to_owned(),
                links: Vec::new(),
                body: body.to_owned(),
                modified: None,
                findings: Vec::new(),
            })],
        };
        for (key, body, is_packed, changed) in [
            ("a", "{}", true, 1),
            ("a", "{}", false, 0),
            ("b", "{}", false, 1),
            ("b", "[]", true, 1),
        ] {
            let ready = prepare(&pool, page(key, body)).unwrap();
            assert_eq!(!ready.bodies[0].is_empty(), is_packed, "{key} {body}");
            let outcome = pool.write(|connection| commit(connection, ready)).unwrap();
            assert_eq!(outcome.changed, changed, "{key} {body}");
            let select = "SELECT body FROM head";
            let stored: Vec<u8> = pool
                .read(|c| c.query_row(select, [], |row| row.get(0)).map_err(sql(DOING)))
                .unwrap();
            assert_eq!(codec::decompress(DOING, &stored).unwrap(), body.as_bytes());
        }
    }
}
