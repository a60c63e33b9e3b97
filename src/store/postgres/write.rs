//! Writing the items of a page, each kind by one statement for all.

use std::collections::HashMap;

use chrono::DateTime;
use chrono::Utc;

use super::items::GoneOccurrence;
use super::items::Items;
use super::items::KnownHead;
use super::items::KnownOccurrence;
use super::items::PutHead;
use super::keys::Keys;
use super::name::whole;
use super::page::Writer;
use crate::store::Relation;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::limits::MAX_PARENTS;

impl<'a> Writer<'a> {
    /// Marks the keys of heads and every key their values or links reach, and those of other items with
    /// these keys, for which they may stand in. Values reach down through several steps, also where what
    /// stands between is a service itself.
    pub(super) async fn mark_neighbours(
        &mut self,
        rows: Vec<i64>,
        keys: Vec<i64>,
    ) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let part_of = i16::from(codec::relation_code(Relation::PartOf));
        let steps = i32::try_from(MAX_PARENTS).unwrap_or(i32::MAX);
        let reached: Vec<i64> = self
            .session
            .rows(
                "WITH RECURSIVE beneath (key, steps) AS (
                     SELECT key, 0 FROM unnest($2::int8[]) AS own (key)
                     UNION SELECT link.child, steps + 1
                         FROM beneath JOIN link ON link.parent = beneath.key
                         WHERE link.relation = $3 AND steps < $4)
                 SELECT child FROM link WHERE head = ANY ($1)
                 UNION SELECT parent FROM link WHERE head = ANY ($1)
                 UNION SELECT child FROM link WHERE parent = ANY ($2)
                 UNION SELECT parent FROM link WHERE child = ANY ($2)
                 UNION SELECT key FROM beneath",
                &[&rows, &keys, &part_of, &steps],
                |row| row.try_get(0),
            )
            .await?;
        for key in keys.into_iter().chain(reached) {
            self.marks.mark(key);
        }
        Ok(())
    }

    /// Removes items; what the heads among them reach is marked already.
    pub(super) async fn remove(
        &mut self,
        heads: &[(KnownHead, Option<DateTime<Utc>>)],
        occurrences: &[GoneOccurrence],
    ) -> Result<(), StoreError> {
        if !heads.is_empty() {
            let rows: Vec<i64> = heads.iter().map(|(head, _)| head.row).collect();
            self.session.execute("DELETE FROM link WHERE head = ANY ($1)", &[&rows]).await?;
            self.session.execute("DELETE FROM head WHERE id = ANY ($1)", &[&rows]).await?;
        }
        for (head, modified) in heads {
            self.marks.touch(head.key, *modified);
            self.heads -= 1;
            self.findings -= head.findings;
        }
        if !occurrences.is_empty() {
            let names: Vec<&[u8]> = occurrences.iter().map(|gone| gone.name.as_slice()).collect();
            let statement = "DELETE FROM occurrence WHERE feed = $1 AND name = ANY ($2)";
            self.session.execute(statement, &[&self.page.feed, &names]).await?;
        }
        for gone in occurrences {
            self.marks.touch(gone.parent, gone.modified);
            self.occurrences -= 1;
        }
        Ok(())
    }

    pub(super) async fn put_heads(
        &mut self,
        items: &Items<'a>,
        keys: &Keys<'_>,
    ) -> Result<(), StoreError> {
        if items.heads.is_empty() {
            return Ok(());
        }
        let mut rows = HeadColumns::default();
        for put in &items.heads {
            let Some(key) = keys.key(&put.head.item.key) else { continue };
            rows.push(put, key);
            self.marks.touch(key, put.head.item.modified);
            match &put.known {
                Some(known) => self.findings -= known.findings,
                None => self.heads += 1,
            }
        }
        self.findings += rows.findings.iter().sum::<i64>();
        let known: Vec<i64> =
            items.heads.iter().filter_map(|put| Some(put.known.as_ref()?.row)).collect();
        if !known.is_empty() {
            self.session.execute("DELETE FROM link WHERE head = ANY ($1)", &[&known]).await?;
        }
        let numbers = self.upsert_heads(&rows).await?;
        let all_keys = rows.keys.clone();
        self.put_links(items, keys, &numbers).await?;
        self.mark_neighbours(numbers.into_values().collect(), all_keys).await
    }

    /// Returns the number of each head, by name.
    async fn upsert_heads(
        &self,
        rows: &HeadColumns<'_>,
    ) -> Result<HashMap<Vec<u8>, i64>, StoreError> {
        let numbers = self
            .session
            .rows(
                "INSERT INTO head
                     (feed, name, whole, key, kind, hash, findings, generation, body)
                 SELECT $1, name, whole, key, kind, hash, findings, $2, body
                 FROM unnest($3::bytea[], $4::bytea[], $5::int8[], $6::int2[], $7::bytea[],
                     $8::int8[], $9::bytea[])
                     AS new (name, whole, key, kind, hash, findings, body)
                 ON CONFLICT (feed, name) DO UPDATE SET key = excluded.key, kind = excluded.kind,
                     hash = excluded.hash, findings = excluded.findings,
                     generation = excluded.generation, body = excluded.body
                 RETURNING name, id",
                &[
                    &self.page.feed,
                    &self.before.generation,
                    &rows.names,
                    &rows.wholes,
                    &rows.keys,
                    &rows.kinds,
                    &rows.hashes,
                    &rows.findings,
                    &rows.bodies,
                ],
                |row| Ok((row.try_get(0)?, row.try_get(1)?)),
            )
            .await?;
        Ok(numbers.into_iter().collect())
    }

    async fn put_links(
        &self,
        items: &Items<'a>,
        keys: &Keys<'_>,
        numbers: &HashMap<Vec<u8>, i64>,
    ) -> Result<(), StoreError> {
        let (mut heads, mut relations, mut children, mut parents) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for put in &items.heads {
            for link in &put.head.item.links {
                let ends = keys.key(&link.child).zip(keys.key(&link.parent));
                let Some(((child, parent), head)) = ends.zip(numbers.get(put.name)) else {
                    continue;
                };
                heads.push(*head);
                relations.push(i16::from(codec::relation_code(link.relation)));
                children.push(child);
                parents.push(parent);
            }
        }
        if heads.is_empty() {
            return Ok(());
        }
        self.session
            .execute(
                "INSERT INTO link (head, relation, child, parent)
                 SELECT DISTINCT head, relation, child, parent
                 FROM unnest($1::int8[], $2::int2[], $3::int8[], $4::int8[])
                     AS new (head, relation, child, parent)
                 ON CONFLICT DO NOTHING",
                &[&heads, &relations, &children, &parents],
            )
            .await?;
        Ok(())
    }

    pub(super) async fn put_occurrences(
        &mut self,
        items: &Items<'a>,
        keys: &Keys<'_>,
    ) -> Result<(), StoreError> {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for put in &items.occurrences {
            let Some(row) = put.occurrence.as_stored(keys) else { continue };
            self.marks.touch(row.parent, put.occurrence.item.modified);
            if let Some(known) = put.known {
                self.marks.mark(known.parent);
                changed.push((put.name, row));
            } else {
                self.occurrences += 1;
                new.push((put.name, row));
            }
        }
        // Nobody else writes what this feed holds, so that what is new meets nothing; to look for it again
        // would take a fifth of the time.
        self.insert_occurrences(&new, "").await?;
        self.insert_occurrences(
            &changed,
            "ON CONFLICT (feed, name) DO UPDATE SET parent = excluded.parent, start = excluded.start,
                 length = excluded.length, status = excluded.status, facts = excluded.facts,
                 generation = excluded.generation",
        )
        .await
    }

    async fn insert_occurrences(
        &self,
        rows: &[(&[u8], KnownOccurrence)],
        on_conflict: &str,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let names: Vec<&[u8]> = rows.iter().map(|(name, _)| *name).collect();
        let parents: Vec<i64> = rows.iter().map(|(_, row)| row.parent).collect();
        let starts: Vec<i64> = rows.iter().map(|(_, row)| row.start).collect();
        let lengths: Vec<Option<i64>> = rows.iter().map(|(_, row)| row.length).collect();
        let statuses: Vec<i16> = rows.iter().map(|(_, row)| i16::from(row.status)).collect();
        let facts: Vec<Option<i64>> = rows.iter().map(|(_, row)| row.facts).collect();
        self.session
            .execute(
                &format!(
                    "INSERT INTO occurrence
                         (feed, name, parent, start, length, status, facts, generation)
                     SELECT $1, name, parent, start, length, status, facts, $2
                     FROM unnest($3::bytea[], $4::int8[], $5::int8[], $6::int8[], $7::int2[],
                         $8::int8[]) AS new (name, parent, start, length, status, facts)
                     {on_conflict}"
                ),
                &[
                    &self.page.feed,
                    &self.before.generation,
                    &names,
                    &parents,
                    &starts,
                    &lengths,
                    &statuses,
                    &facts,
                ],
            )
            .await?;
        Ok(())
    }
}

/// Rows of the table `head`, column by column.
#[derive(Default)]
struct HeadColumns<'a> {
    names: Vec<&'a [u8]>,
    wholes: Vec<Option<&'a [u8]>>,
    keys: Vec<i64>,
    kinds: Vec<i16>,
    hashes: Vec<&'a [u8]>,
    findings: Vec<i64>,
    bodies: Vec<&'a [u8]>,
}

impl<'a> HeadColumns<'a> {
    fn push(&mut self, put: &PutHead<'a>, key: i64) {
        let item = &put.head.item;
        self.names.push(put.name);
        self.wholes.push(whole(&item.item_id));
        self.keys.push(key);
        self.kinds.push(i16::from(codec::kind_code(item.kind)));
        self.hashes.push(&put.head.hash);
        self.findings.push(codec::number(item.findings.len()));
        self.bodies.push(&put.head.body);
    }
}
