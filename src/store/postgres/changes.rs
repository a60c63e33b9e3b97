//! What publishing does to services: which change, which only keep their books, which become tombstones.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use super::connection::Session;
use super::read::id_of;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::store::ChangedService;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::ServiceRecord;
use crate::store::StoreError;
use crate::store::body;
use crate::store::codec;

const DOING: &str = "publishing services";

/// A publication whose body is packed, so that the transaction stays short.
pub(super) struct Ready {
    pub(super) publication: Publication,
    /// Nothing where it need not be written.
    body: Vec<u8>,
}

impl Ready {
    pub(super) fn new(publication: Publication, same: &HashSet<Id>) -> Result<Self, StoreError> {
        let body = match &publication.outcome {
            Outcome::Service(record) if !same.contains(&record.id) => {
                packed(record, record.last_modified.timestamp_millis())?
            }
            _ => Vec::new(),
        };
        Ok(Self { publication, body })
    }
}

fn packed(record: &ServiceRecord, last_modified: i64) -> Result<Vec<u8>, StoreError> {
    codec::compress(DOING, &body::stamp(&record.body, last_modified))
}

/// What is known of a service before it is written again.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) hash: [u8; 16],
    pub(super) last_modified: i64,
    pub(super) is_gone: bool,
    pub(super) feed: Option<i64>,
    pub(super) findings: i64,
    /// Its entry in the index.
    pub(super) entry: Vec<u8>,
}

/// What publishing does to services.
#[derive(Default)]
pub(super) struct Changes<'a> {
    known: HashMap<Id, Known>,
    /// The last thing that happens to each.
    writes: BTreeMap<[u8; 16], Write<'a>>,
    /// How many findings more each feed has.
    pub(super) findings: BTreeMap<i64, i64>,
    pub(super) changed: Vec<ChangedService>,
}

enum Write<'a> {
    /// It is another than before. The place of its change, its key, when it last changed and when that was
    /// published, and its packed body unless that says another time or was not packed.
    Put {
        at: usize,
        key: i64,
        record: &'a ServiceRecord,
        last_modified: i64,
        published_at: i64,
        body: Option<&'a [u8]>,
    },
    /// Its content is the same.
    Keep { key: i64, record: &'a ServiceRecord },
    /// It is gone.
    Withdraw { at: usize, last_modified: i64, gone_at: i64 },
}

impl<'a> Changes<'a> {
    pub(super) fn of(ready: &'a [Ready], known: HashMap<Id, Known>) -> Self {
        let mut changes = Self { known, ..Self::default() };
        for Ready { publication, body } in ready {
            match &publication.outcome {
                Outcome::Service(record) => changes.put(record, body, publication),
                Outcome::Nothing | Outcome::Orphans(_) | Outcome::Delegated(_) => {
                    changes.withdraw(publication);
                }
                Outcome::Held(_) => {}
            }
        }
        changes
    }

    /// Notes a service. An unchanged hash leaves body and change number alone, unless the index says something else of
    /// it: who follows the changes reads it then, too.
    fn put(&mut self, record: &'a ServiceRecord, body: &'a [u8], publication: &Publication) {
        let key = publication.root.key;
        let before = self.known.get(&record.id).cloned();
        let count = codec::number(record.findings.len());
        let feed = record.feed.map(|feed| feed.0);
        self.count_findings(before.as_ref(), feed, count);
        let hash = record.hash.to_be_bytes();
        let is_same = before.as_ref().is_some_and(|known| known.hash == hash && !known.is_gone);
        // A change must not hide behind an older time, or those who ask for changes never see it.
        let stated = record.last_modified.timestamp_millis();
        let published_at = publication.now.timestamp_millis();
        let last_modified = match &before {
            Some(known) if is_same => known.last_modified,
            Some(known) if stated <= known.last_modified => {
                published_at.max(known.last_modified + 1)
            }
            _ => stated,
        };
        let is_kept = is_same && before.is_some_and(|known| known.entry == record.entry);
        let entry = record.entry.clone();
        let known = Known { hash, last_modified, is_gone: false, feed, findings: count, entry };
        self.known.insert(record.id, known);
        let id = *record.id.as_bytes();
        if is_kept {
            if let Some(Write::Put { key: before, .. }) = self.writes.get_mut(&id) {
                *before = key;
            } else {
                self.writes.insert(id, Write::Keep { key, record });
            }
            return;
        }
        let body = (last_modified == stated && !body.is_empty()).then_some(body);
        let at = self.changed.len();
        self.writes.insert(id, Write::Put { at, key, record, last_modified, published_at, body });
        self.changed.push(ChangedService {
            seq: 0,
            id: record.id,
            status: record.status,
            last_modified: codec::from_millis(last_modified),
            published_at: codec::from_millis(published_at),
            entry: Some(record.entry.clone()),
        });
    }

    /// Notes that a service is gone; nothing when there was none.
    fn withdraw(&mut self, publication: &Publication) {
        let id = publication.id;
        let Some(before) = self.known.get(&id).filter(|known| !known.is_gone).cloned() else {
            return;
        };
        self.count_findings(Some(&before), None, 0);
        let gone_at = publication.now.timestamp_millis();
        let last_modified = gone_at.max(before.last_modified + 1);
        let (hash, entry) = Default::default();
        let known = Known { hash, last_modified, is_gone: true, feed: None, findings: 0, entry };
        self.known.insert(id, known);
        let at = self.changed.len();
        self.writes.insert(*id.as_bytes(), Write::Withdraw { at, last_modified, gone_at });
        self.changed.push(ChangedService {
            seq: 0,
            id,
            status: Status::Defunct,
            last_modified: codec::from_millis(last_modified),
            published_at: codec::from_millis(gone_at),
            entry: None,
        });
    }

    fn count_findings(&mut self, before: Option<&Known>, feed: Option<i64>, count: i64) {
        if let Some(feed) = before.and_then(|known| known.feed) {
            *self.findings.entry(feed).or_default() -= before.map_or(0, |known| known.findings);
        }
        if let Some(feed) = feed {
            *self.findings.entry(feed).or_default() += count;
        }
    }

    /// Gives each change its number. The counter's row is held until the transaction ends, so that
    /// changes become visible in the order of their numbers, and no number is left out.
    pub(super) async fn number(&mut self, session: &Session<'_>) -> Result<(), StoreError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let count = codec::number(self.changed.len());
        let last: Option<i64> = session
            .row(
                "UPDATE counter SET value = value + $1 WHERE name = 'seq' RETURNING value",
                &[&count],
                |row| row.try_get(0),
            )
            .await?;
        let first = codec::count(last.unwrap_or_default() - count + 1);
        for (change, seq) in self.changed.iter_mut().zip(first..) {
            change.seq = seq;
        }
        Ok(())
    }

    pub(super) async fn write(&self, session: &Session<'_>) -> Result<(), StoreError> {
        let names = self.names(session).await?;
        let mut rows = Columns::default();
        let mut kept = Columns::default();
        for (id, write) in &self.writes {
            match write {
                Write::Put { at, key, record, last_modified, published_at, body } => {
                    rows.service(id, *key, record);
                    rows.finish(self.seq(*at), record.status, *last_modified);
                    rows.published_ats.push(*published_at);
                    rows.gone_ats.push(None);
                    rows.bodies.push(match body {
                        Some(body) => body.to_vec(),
                        None => packed(record, *last_modified)?,
                    });
                    rows.hashes.push(record.hash.to_be_bytes().to_vec());
                }
                Write::Keep { key, record } => kept.service(id, *key, record),
                Write::Withdraw { at, last_modified, gone_at } => {
                    let name = names.get(id).map(String::as_str).unwrap_or_default();
                    let time = codec::from_millis(*last_modified);
                    let left = body::tombstone(Id::from_bytes(*id), name, time);
                    rows.nothing(id);
                    rows.finish(self.seq(*at), Status::Defunct, *last_modified);
                    rows.published_ats.push(*gone_at);
                    rows.gone_ats.push(Some(*gone_at));
                    rows.bodies.push(codec::compress(DOING, &left)?);
                    rows.hashes.push(vec![0; 16]);
                }
            }
        }
        rows.put(session).await?;
        kept.keep(session).await
    }

    fn seq(&self, at: usize) -> i64 {
        self.changed.get(at).map_or(0, |change| codec::number(change.seq))
    }

    /// Returns the names of services that become tombstones.
    async fn names(&self, session: &Session<'_>) -> Result<HashMap<[u8; 16], String>, StoreError> {
        let gone = self.writes.iter().filter(|(_, write)| matches!(write, Write::Withdraw { .. }));
        let ids: Vec<&[u8]> = gone.map(|(id, _)| id.as_slice()).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = "SELECT id, body FROM service WHERE id = ANY ($1)";
        let rows: Vec<(Id, Vec<u8>)> = session
            .rows(statement, &[&ids], |row| Ok((id_of(row.try_get(0)?), row.try_get(1)?)))
            .await?;
        let name = |body: &[u8]| codec::decompress(DOING, body).map(|body| body::name_in(&body));
        Ok(rows
            .into_iter()
            .map(|(id, body)| (*id.as_bytes(), name(&body).unwrap_or_default()))
            .collect())
    }
}

/// Rows of the table `service`, column by column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<&'a [u8]>,
    keys: Vec<Option<i64>>,
    feeds: Vec<Option<i64>>,
    dues: Vec<Option<i64>>,
    parts: Vec<i16>,
    findings: Vec<Option<String>>,
    seqs: Vec<i64>,
    statuses: Vec<i16>,
    last_modifieds: Vec<i64>,
    published_ats: Vec<i64>,
    gone_ats: Vec<Option<i64>>,
    hashes: Vec<Vec<u8>>,
    entries: Vec<Option<&'a [u8]>>,
    bodies: Vec<Vec<u8>>,
}

impl<'a> Columns<'a> {
    fn service(&mut self, id: &'a [u8; 16], key: i64, record: &'a ServiceRecord) {
        self.ids.push(id);
        self.keys.push(Some(key));
        self.feeds.push(record.feed.map(|feed| feed.0));
        self.dues.push(record.due.map(|due| due.timestamp_millis()));
        self.parts.push(i16::from(record.parts));
        self.entries.push(Some(&record.entry));
        let findings = (!record.findings.is_empty())
            .then(|| serde_json::to_string(&record.findings).unwrap_or_default());
        self.findings.push(findings);
    }

    /// A tombstone keeps the key of its service.
    fn nothing(&mut self, id: &'a [u8; 16]) {
        self.ids.push(id);
        self.keys.push(None);
        self.feeds.push(None);
        self.dues.push(None);
        self.parts.push(0);
        self.entries.push(None);
        self.findings.push(None);
    }

    fn finish(&mut self, seq: i64, status: Status, last_modified: i64) {
        self.seqs.push(seq);
        self.statuses.push(i16::from(codec::status_code(status)));
        self.last_modifieds.push(last_modified);
    }

    /// Writes services and tombstones.
    async fn put(&self, session: &Session<'_>) -> Result<(), StoreError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        session
            .execute(
                "INSERT INTO service (id, key, feed, due, parts, findings, seq, status,
                     last_modified, published_at, gone_at, hash, entry, body)
                 SELECT new.id, coalesce(new.key, old.key, 0), new.feed, new.due, new.parts,
                     new.findings, new.seq, new.status, new.last_modified, new.published_at,
                     new.gone_at, new.hash, new.entry, new.body
                 FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::int2[],
                     $6::text[], $7::int8[], $8::int2[], $9::int8[], $10::int8[], $11::int8[],
                     $12::bytea[], $13::bytea[], $14::bytea[])
                     AS new (id, key, feed, due, parts, findings, seq, status, last_modified,
                         published_at, gone_at, hash, entry, body)
                 LEFT JOIN service AS old ON old.id = new.id
                 ON CONFLICT (id) DO UPDATE SET key = excluded.key, feed = excluded.feed,
                     due = excluded.due, parts = excluded.parts, findings = excluded.findings,
                     seq = excluded.seq, status = excluded.status,
                     last_modified = excluded.last_modified,
                     published_at = excluded.published_at, gone_at = excluded.gone_at,
                     hash = excluded.hash, entry = excluded.entry, body = excluded.body",
                &[
                    &self.ids,
                    &self.keys,
                    &self.feeds,
                    &self.dues,
                    &self.parts,
                    &self.findings,
                    &self.seqs,
                    &self.statuses,
                    &self.last_modifieds,
                    &self.published_ats,
                    &self.gone_ats,
                    &self.hashes,
                    &self.entries,
                    &self.bodies,
                ],
            )
            .await?;
        Ok(())
    }

    /// Writes the books of services whose content is the same.
    async fn keep(&self, session: &Session<'_>) -> Result<(), StoreError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        session
            .execute(
                // Most are what they were: writing them again would leave dead rows to be read past.
                "UPDATE service SET key = new.key, feed = new.feed, due = new.due,
                     parts = new.parts, findings = new.findings
                 FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::int2[],
                     $6::text[]) AS new (id, key, feed, due, parts, findings)
                 WHERE service.id = new.id
                 AND (service.key, service.feed, service.due, service.parts, service.findings)
                     IS DISTINCT FROM (new.key, new.feed, new.due, new.parts, new.findings)",
                &[&self.ids, &self.keys, &self.feeds, &self.dues, &self.parts, &self.findings],
            )
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_the_same_is_packed_late_where_another_wrote_it_meanwhile() {
        let publication = Publication::sample("one", 1);
        let same = HashSet::from([publication.id]);
        let ready = [Ready::new(publication, &same).unwrap()];
        assert!(ready[0].body.is_empty());
        let changes = Changes::of(&ready, HashMap::new());
        let writes: Vec<_> = changes.writes.values().collect();
        assert!(matches!(writes.as_slice(), [Write::Put { body: None, .. }]));
    }
}
