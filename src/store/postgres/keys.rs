//! The numbers of keys and of facts, made on first sight.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::connection::Session;
use super::name::name;
use super::name::whole;
use super::prepared::Prepared;
use crate::store::StoreError;

/// The numbers of what a page names.
pub(super) struct Keys<'a> {
    keys: HashMap<Vec<u8>, i64>,
    facts: HashMap<Vec<u8>, i64>,
    /// Keys without a number yet, by name; sorted, because others add keys too.
    new_keys: BTreeMap<Vec<u8>, &'a str>,
    new_facts: BTreeMap<&'a [u8], &'a [u8]>,
}

impl<'a> Keys<'a> {
    /// Reads the numbers that are there.
    pub(super) async fn known(
        session: &Session<'_>,
        page: &'a Prepared,
    ) -> Result<Self, StoreError> {
        let mut new_keys: BTreeMap<Vec<u8>, &str> = BTreeMap::new();
        for head in page.heads.values() {
            let ends = head.item.links.iter().flat_map(|link| [&link.child, &link.parent]);
            for key in ends.chain([&head.item.key]) {
                new_keys.insert(name(key), key);
            }
        }
        for occurrence in page.occurrences.values() {
            new_keys.insert(name(&occurrence.item.parent), &occurrence.item.parent);
        }
        let new_facts = page.facts.iter().map(|(hash, body)| (hash.as_slice(), body.as_slice()));
        let (keys, facts) = (HashMap::new(), HashMap::new());
        let mut all = Self { keys, facts, new_keys, new_facts: new_facts.collect() };
        all.find(session).await?;
        Ok(all)
    }

    async fn find(&mut self, session: &Session<'_>) -> Result<(), StoreError> {
        let names: Vec<&[u8]> = self.new_keys.keys().map(Vec::as_slice).collect();
        if !names.is_empty() {
            let statement =
                "SELECT known.* FROM unnest($1::bytea[]) AS asked (name) CROSS JOIN LATERAL
                 (SELECT name, id FROM key WHERE name = asked.name OFFSET 0) AS known";
            let known = session.rows(statement, &[&names], pair).await?;
            self.found_keys(known);
        }
        let hashes: Vec<&[u8]> = self.new_facts.keys().copied().collect();
        if !hashes.is_empty() {
            let statement =
                "SELECT known.* FROM unnest($1::bytea[]) AS asked (hash) CROSS JOIN LATERAL
                 (SELECT hash, id FROM facts WHERE hash = asked.hash OFFSET 0) AS known";
            let known = session.rows(statement, &[&hashes], pair).await?;
            self.found_facts(known);
        }
        Ok(())
    }

    fn found_keys(&mut self, known: Vec<(Vec<u8>, i64)>) {
        for (name, id) in known {
            self.new_keys.remove(&name);
            self.keys.insert(name, id);
        }
    }

    fn found_facts(&mut self, known: Vec<(Vec<u8>, i64)>) {
        for (hash, id) in known {
            self.new_facts.remove(hash.as_slice());
            self.facts.insert(hash, id);
        }
    }

    /// Adds what has no number yet. What another page adds this moment is read once that is written.
    pub(super) async fn complete(&mut self, session: &Session<'_>) -> Result<(), StoreError> {
        if !self.new_keys.is_empty() {
            let names: Vec<&[u8]> = self.new_keys.keys().map(Vec::as_slice).collect();
            let wholes: Vec<Option<&[u8]>> = self.new_keys.values().map(|key| whole(key)).collect();
            let made = session
                .rows(
                    "INSERT INTO key (name, whole)
                     SELECT name, whole FROM unnest($1::bytea[], $2::bytea[]) AS new (name, whole)
                     ORDER BY name ON CONFLICT (name) DO NOTHING RETURNING name, id",
                    &[&names, &wholes],
                    pair,
                )
                .await?;
            self.found_keys(made);
        }
        if !self.new_facts.is_empty() {
            let hashes: Vec<&[u8]> = self.new_facts.keys().copied().collect();
            let bodies: Vec<&[u8]> = self.new_facts.values().copied().collect();
            let made = session
                .rows(
                    "INSERT INTO facts (hash, body)
                     SELECT hash, body FROM unnest($1::bytea[], $2::bytea[]) AS new (hash, body)
                     ORDER BY hash ON CONFLICT (hash) DO NOTHING RETURNING hash, id",
                    &[&hashes, &bodies],
                    pair,
                )
                .await?;
            self.found_facts(made);
        }
        self.find(session).await
    }

    /// Returns the number of a key, if it has one.
    pub(super) fn key(&self, key: &str) -> Option<i64> {
        self.keys.get(&name(key)).copied()
    }

    /// Returns the number of facts by their hash, if they have one.
    pub(super) fn facts(&self, hash: &[u8]) -> Option<i64> {
        self.facts.get(hash).copied()
    }
}

fn pair(row: &tokio_postgres::Row) -> Result<(Vec<u8>, i64), tokio_postgres::Error> {
    Ok((row.try_get(0)?, row.try_get(1)?))
}
