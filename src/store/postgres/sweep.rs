//! Items that cannot be used, and items that vanished.

use super::connection::Values;
use super::items;
use super::items::GoneOccurrence;
use super::items::Items;
use super::page::Writer;
use crate::store::StoreError;

impl<'a> Writer<'a> {
    /// Notes which items cannot be used, what is stored of them stays, and which can be again.
    pub(super) async fn note_unusable(&self) -> Result<(), StoreError> {
        let page = self.page;
        let usable = page.heads.keys().chain(page.occurrences.keys()).chain(page.deleted.keys());
        let usable: Vec<&[u8]> = usable.map(Vec::as_slice).collect();
        if self.before.has_unusable && !usable.is_empty() {
            let statement = "DELETE FROM unusable WHERE feed = $1 AND name = ANY ($2)";
            self.session.execute(statement, &[&page.feed, &usable]).await?;
        }
        if page.unusable.is_empty() {
            return Ok(());
        }
        let names: Vec<&[u8]> = page.unusable.keys().map(Vec::as_slice).collect();
        let codes: Vec<&str> = page.unusable.values().copied().collect();
        self.session
            .execute(
                "INSERT INTO unusable (feed, name, code)
                 SELECT $1, name, code FROM unnest($2::bytea[], $3::text[]) AS new (name, code)
                 ON CONFLICT (feed, name) DO UPDATE SET code = excluded.code",
                &[&page.feed, &names, &codes],
            )
            .await?;
        Ok(())
    }

    /// Notes during a resync that items are still there, usable or not; otherwise nobody will ask.
    pub(super) async fn note_seen(&self, items: &Items<'a>) -> Result<(), StoreError> {
        if !self.before.is_resyncing {
            return Ok(());
        }
        let names: Vec<&[u8]> = items.same.iter().chain(&items.spoiled).copied().collect();
        let values: Values<'_> = &[&self.page.feed, &names, &self.before.generation];
        // Most feeds have one or the other.
        if self.before.has_heads {
            let heads = "UPDATE head SET generation = $3 WHERE feed = $1 AND name = ANY ($2)";
            self.session.execute(heads, values).await?;
        }
        if self.before.has_occurrences {
            let rest = "UPDATE occurrence SET generation = $3 WHERE feed = $1 AND name = ANY ($2)";
            self.session.execute(rest, values).await?;
        }
        Ok(())
    }

    /// Drops what a resync that reached the last page did not bring again.
    pub(super) async fn sweep(&mut self) -> Result<(), StoreError> {
        let (feed, now) = (self.page.feed, Some(self.page.now));
        let names: Vec<Vec<u8>> = self
            .session
            .rows(
                "SELECT name FROM head WHERE feed = $1 AND generation < $2",
                &[&feed, &self.before.generation],
                |row| row.try_get(0),
            )
            .await?;
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let heads: Vec<_> = items::heads(self.session, feed, &names).await?;
        let heads: Vec<_> = heads.into_iter().map(|(_, head)| (head, now)).collect();
        let occurrences = self
            .session
            .rows(
                "SELECT name, parent FROM occurrence WHERE feed = $1 AND generation < $2",
                &[&feed, &self.before.generation],
                |row| {
                    let (name, parent) = (row.try_get(0)?, row.try_get(1)?);
                    Ok(GoneOccurrence { name, parent, modified: now })
                },
            )
            .await?;
        let rows = heads.iter().map(|(head, _)| head.row).collect();
        let keys = heads.iter().map(|(head, _)| head.key).collect();
        self.mark_neighbours(rows, keys).await?;
        self.remove(&heads, &occurrences).await?;
        self.outcome.vanished = (heads.len() + occurrences.len()) as u64;
        Ok(())
    }
}
