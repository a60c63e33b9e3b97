//! Items that cannot be used, and items that vanished.

use rusqlite::params;

use super::page::Writer;
use crate::quality::Finding;

impl Writer<'_> {
    /// Notes an item that cannot be used. What is stored of it stays.
    pub(super) fn unusable(
        &mut self,
        item_id: Option<&str>,
        finding: &Finding,
    ) -> rusqlite::Result<()> {
        self.outcome.unusable += 1;
        if let Some(item_id) = item_id
            && self.is_stored(item_id)?
        {
            // It is still in the feed, so a resync must not take it for vanished.
            self.outcome.spoiled += 1;
            self.seen_again(item_id)?;
        }
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO unusable (feed, item_id, code) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![self.feed, item_id.unwrap_or_default(), finding.code.as_str()])?;
        Ok(())
    }

    fn is_stored(&self, item_id: &str) -> rusqlite::Result<bool> {
        self.transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM head WHERE feed = ?1 AND item_id = ?2)
                     OR EXISTS (SELECT 1 FROM occurrence WHERE feed = ?1 AND item_id = ?2)",
            )?
            .query_row(params![self.feed, item_id], |row| row.get(0))
    }

    /// Notes during a resync that an item is still there; otherwise nobody will ask.
    pub(super) fn seen_again(&self, item_id: &str) -> rusqlite::Result<()> {
        if !self.is_resyncing {
            return Ok(());
        }
        let values = params![self.feed, item_id, self.generation];
        if self.had.heads {
            let head = "UPDATE head SET generation = ?3 WHERE feed = ?1 AND item_id = ?2";
            if self.transaction.prepare_cached(head)?.execute(values)? > 0 {
                return Ok(());
            }
        }
        let occurrence = "UPDATE occurrence SET generation = ?3 WHERE feed = ?1 AND item_id = ?2";
        self.transaction.prepare_cached(occurrence)?.execute(values)?;
        Ok(())
    }

    /// Drops what a resync that reached the last page did not bring again.
    pub(super) fn sweep(&mut self) -> rusqlite::Result<()> {
        let mut vanished: Vec<String> = Vec::new();
        for statement in [
            "SELECT item_id FROM head WHERE feed = ?1 AND generation < ?2",
            "SELECT item_id FROM occurrence WHERE feed = ?1 AND generation < ?2",
        ] {
            let mut select = self.transaction.prepare_cached(statement)?;
            let rows = select.query_map(params![self.feed, self.generation], |row| row.get(0))?;
            for item_id in rows {
                vanished.push(item_id?);
            }
        }
        for item_id in &vanished {
            if !self.remove_head(item_id, Some(self.page.now))? {
                self.remove_occurrence(item_id, Some(self.page.now))?;
            }
        }
        self.outcome.vanished = vanished.len() as u64;
        Ok(())
    }

    pub(super) fn usable(&self, item_id: &str) -> rusqlite::Result<()> {
        if !self.has_unusable {
            return Ok(());
        }
        self.transaction
            .prepare_cached("DELETE FROM unusable WHERE feed = ?1 AND item_id = ?2")?
            .execute(params![self.feed, item_id])?;
        Ok(())
    }
}
