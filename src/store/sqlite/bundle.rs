//! Everything that belongs to each of some roots, dirty or not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::TimeDelta;
use rusqlite::CachedStatement;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;

use super::codec;
use super::sql;
use crate::openactive::Kind;
use crate::oruk::Status;
use crate::store::Bundle;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::HeadItem;
use crate::store::OccurrenceRow;
use crate::store::ParentItem;
use crate::store::Relation;
use crate::store::Standing;
use crate::store::StoreError;
use crate::store::Whose;
use crate::store::limits::MAX_OCCURRENCES;
use crate::store::limits::MAX_PARENTS;

const DOING: &str = "reading what belongs to a root";

/// One step up: as the first of the items states that are published with this key. A parent that is not
/// published hides no other, and where an item states several, series of series come before courses.
const NEXT_PARENT: &str = "
    SELECT link.parent, (SELECT min(above.kind) FROM head AS above CROSS JOIN feed ON feed.id = above.feed
                         WHERE above.key = link.parent AND feed.rank IS NOT NULL) AS kind
    FROM link CROSS JOIN head ON head.id = link.head CROSS JOIN feed ON feed.id = head.feed
    JOIN key ON key.id = link.parent
    WHERE link.child = ?1 AND link.relation = ?2 AND feed.rank IS NOT NULL
    ORDER BY kind IS NULL, feed.rank, head.item_id, kind, key.key LIMIT 1";

/// What every query of links asks of the item that states one.
macro_rules! is_stated {
    () => {
        "EXISTS (SELECT 1 FROM head AS stating CROSS JOIN feed ON feed.id = stating.feed
             WHERE stating.id = link.head AND feed.rank IS NOT NULL)"
    };
}

pub(super) fn load(
    connection: &Connection,
    roots: &[Dirty],
    whose: &Whose,
) -> Result<Vec<Bundle>, StoreError> {
    // One snapshot for all reads of a batch.
    let transaction = connection.unchecked_transaction().map_err(sql(DOING))?;
    let hidden = Hidden::of(&transaction, whose).map_err(sql(DOING))?;
    let mut feeds = HashMap::new();
    let bundles = roots
        .iter()
        .map(|root| {
            let loader = Loader::new(&transaction, &hidden, &mut feeds, *root);
            loader.map_err(sql(DOING))?.load()
        })
        .collect();
    transaction.commit().map_err(sql(DOING))?;
    bundles
}

/// Feeds whose items are as if they were not there.
struct Hidden {
    feeds: HashSet<i64>,
    /// What is asked of the feed of an item instead of [`CONFIGURED`]; nothing where all may be served.
    condition: Option<String>,
}

/// What every query below asks of the feed of an item.
const CONFIGURED: &str = "feed.rank IS NOT NULL";

impl Hidden {
    fn of(connection: &Connection, whose: &Whose) -> rusqlite::Result<Self> {
        let mut select = connection
            .prepare_cached("SELECT id, rank IS NULL, license IS NOT NULL FROM feed ORDER BY id")?;
        let (mut feeds, mut ids) = (HashSet::new(), Vec::new());
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (feed, is_configured) = (row.get(0)?, !row.get::<_, bool>(1)?);
            if !whose.has(FeedId(feed), is_configured, row.get(2)?) {
                feeds.insert(feed);
                ids.extend(is_configured.then(|| feed.to_string()));
            }
        }
        let condition = match whose {
            Whose::All => Some("TRUE".to_owned()),
            Whose::Configured | Whose::Served(_) if ids.is_empty() => None,
            Whose::Configured | Whose::Served(_) => {
                Some(format!("{CONFIGURED} AND feed.id NOT IN ({})", ids.join(", ")))
            }
        };
        Ok(Self { feeds, condition })
    }

    /// Returns a query that does not see these feeds. Mostly there are none, and it costs nothing.
    fn unseen_by(&self, query: &'static str) -> Cow<'static, str> {
        match &self.condition {
            // Feeds that are not configured have no rank: they come last.
            Some(condition) => query
                .replace(CONFIGURED, condition)
                .replace("feed.rank, ", "feed.rank NULLS LAST, ")
                .into(),
            None => query.into(),
        }
    }
}

/// Whether the feed's publisher was read to the end, and the feed's licence.
type FeedFacts = (bool, Option<String>);

/// What is known of a root's own key.
struct Own {
    key: String,
    /// The largest `modified` seen under it.
    modified: i64,
    changed_at: i64,
}

struct Loader<'a> {
    connection: &'a Connection,
    hidden: &'a Hidden,
    /// What is known of feeds in this snapshot.
    feeds: &'a mut HashMap<FeedId, FeedFacts>,
    root: Dirty,
    /// Whether the root is a part of anything, or has parts. Few are or have.
    is_linked: bool,
    /// Whether anything of the root itself takes place at a time.
    has_occurrences: bool,
    own: Own,
    facts: Vec<String>,
    facts_by_id: HashMap<i64, usize>,
}

impl<'a> Loader<'a> {
    fn new(
        connection: &'a Connection,
        hidden: &'a Hidden,
        feeds: &'a mut HashMap<FeedId, FeedFacts>,
        root: Dirty,
    ) -> rusqlite::Result<Self> {
        let (is_linked, has_occurrences, own) = connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM link WHERE child = ?1)
                     OR EXISTS (SELECT 1 FROM link WHERE parent = ?1),
                     EXISTS (SELECT 1 FROM occurrence WHERE parent = ?1),
                     key, modified, changed_at
                 FROM key WHERE id = ?1",
            )?
            .query_row([root.key], |row| {
                let own = Own { key: row.get(2)?, modified: row.get(3)?, changed_at: row.get(4)? };
                Ok((row.get(0)?, row.get(1)?, own))
            })?;
        let (facts, facts_by_id) = (Vec::new(), HashMap::new());
        Ok(Self {
            connection,
            hidden,
            feeds,
            root,
            is_linked,
            has_occurrences,
            own,
            facts,
            facts_by_id,
        })
    }

    fn load(mut self) -> Result<Bundle, StoreError> {
        let (modified, changed_at) = self.times().map_err(sql(DOING))?;
        let heads = self.heads(self.root.key)?;
        let (mut parents, mut claimed_by, mut members) = Default::default();
        if self.is_linked {
            parents = self.parents()?;
            claimed_by = self.claimed_by().map_err(sql(DOING))?;
            members = self.members()?;
        }
        let kind = heads.first().map(|head| head.kind);
        let occurrences = self.occurrences(kind)?;
        let feed = heads.first().map(|head| head.feed);
        let feed = feed.or_else(|| occurrences.first().map(|occurrence| occurrence.feed));
        let (is_complete, license) = match feed {
            Some(feed) => self.feed(feed).map_err(sql(DOING))?,
            None => (false, None),
        };
        let standing = self.standing().map_err(sql(DOING))?;
        Ok(Bundle {
            root: self.root,
            standing,
            key: self.own.key,
            heads,
            parents,
            claimed_by,
            members,
            occurrences,
            facts: self.facts,
            modified: (modified > 0).then(|| codec::from_millis(modified)),
            changed_at: codec::from_millis(changed_at),
            is_complete,
            license,
            is_partial: !self.hidden.feeds.is_empty(),
        })
    }

    fn standing(&self) -> rusqlite::Result<Option<Standing>> {
        self.connection
            .prepare_cached(
                "SELECT feed, status, parts, due,
                     EXISTS (SELECT 1 FROM held WHERE held.key = service.key AND is_let_through)
                 FROM service WHERE key = ?1 AND gone_at IS NULL AND feed IS NOT NULL LIMIT 1",
            )?
            .query_row([self.root.key], |row| {
                let feed = row.get(0)?;
                Ok(Standing {
                    feed: FeedId(feed),
                    is_served: !self.hidden.feeds.contains(&feed),
                    is_active: codec::status_of(row.get(1)?) == Status::Active,
                    parts: row.get(2)?,
                    due: row.get::<_, Option<i64>>(3)?.map(codec::from_millis),
                    is_let_through: row.get(4)?,
                })
            })
            .optional()
    }

    /// Returns the largest `modified` and the latest change. A root's values come from others too: from what is
    /// beneath it and what it is part of.
    fn times(&self) -> rusqlite::Result<(i64, i64)> {
        if !self.is_linked {
            return Ok((self.own.modified, self.own.changed_at));
        }
        self.connection
            .prepare_cached(
                "SELECT CASE WHEN min(modified) < 0 THEN -1 ELSE max(modified) END, max(changed_at)
                 FROM (SELECT modified, changed_at FROM key WHERE id = ?1
                     UNION ALL SELECT modified, changed_at FROM link JOIN key ON key.id = link.child
                         WHERE link.parent = ?1
                     UNION ALL SELECT modified, changed_at FROM link JOIN key ON key.id = link.parent
                         WHERE link.child = ?1)",
            )?
            .query_row([self.root.key], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn select(&self, query: &'static str) -> rusqlite::Result<CachedStatement<'a>> {
        self.connection.prepare_cached(&self.hidden.unseen_by(query))
    }

    fn heads(&self, key: i64) -> Result<Vec<HeadItem>, StoreError> {
        self.items(
            "SELECT head.feed, head.item_id, head.kind, key.key, head.body
             FROM head CROSS JOIN feed ON feed.id = head.feed JOIN key ON key.id = head.key
             WHERE head.key = ?1 AND feed.rank IS NOT NULL ORDER BY feed.rank, head.item_id",
            key,
        )
    }

    /// Courts published as items of their own, and events that say they are part of this root; each
    /// once, from the feed that comes first.
    fn members(&self) -> Result<Vec<HeadItem>, StoreError> {
        self.items(
            concat!(
                "SELECT head.feed, head.item_id, head.kind, key.key, head.body
                 FROM link CROSS JOIN head ON head.key = link.child CROSS JOIN feed ON feed.id = head.feed
                 JOIN key ON key.id = head.key
                 WHERE link.parent = ?1 AND head.key <> ?1 AND feed.rank IS NOT NULL AND ",
                is_stated!(),
                " ORDER BY feed.rank, head.item_id LIMIT 5000"
            ),
            self.root.key,
        )
        .map(|mut items| {
            // Linked twice, by itself and by what it belongs to, or published twice.
            let mut seen = HashSet::new();
            items.retain(|item| seen.insert(item.key.clone()));
            items
        })
    }

    fn items(&self, query: &'static str, key: i64) -> Result<Vec<HeadItem>, StoreError> {
        let mut select = self.select(query).map_err(sql(DOING))?;
        let mut rows = select.query([key]).map_err(sql(DOING))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next().map_err(sql(DOING))? {
            items.push(head_item(row)?);
        }
        Ok(items)
    }

    fn parents(&self) -> Result<Vec<ParentItem>, StoreError> {
        let mut parents = Vec::new();
        let mut seen = HashSet::from([self.root.key]);
        let mut current = self.root.key;
        while parents.len() < MAX_PARENTS {
            let up = self
                .select(NEXT_PARENT)
                .and_then(|mut select| {
                    let relation = codec::relation_code(Relation::PartOf);
                    select.query_row(params![current, relation], |row| row.get(0)).optional()
                })
                .map_err(sql(DOING))?;
            let Some(parent) = up.filter(|parent| seen.insert(*parent)) else { break };
            if let Some(item) = self.heads(parent)?.into_iter().next() {
                parents.push(ParentItem { kind: item.kind, key: item.key, body: item.body });
            }
            current = parent;
        }
        Ok(parents)
    }

    /// Returns the keys of existing facilities that claim this root. What the item of another feed calls
    /// a facility does not count: nothing would be published in its place.
    fn claimed_by(&self) -> rusqlite::Result<Vec<String>> {
        let mut select = self.select(concat!(
            "SELECT DISTINCT key.key FROM link JOIN key ON key.id = link.parent
             WHERE link.child = ?1 AND link.relation = ?2 AND link.parent <> ?1
             AND (SELECT head.kind FROM head CROSS JOIN feed ON feed.id = head.feed
                  WHERE head.key = link.parent AND feed.rank IS NOT NULL
                  ORDER BY feed.rank, head.item_id LIMIT 1) = ?3 AND ",
            is_stated!(),
            " ORDER BY key.key"
        ))?;
        let claims = codec::relation_code(Relation::Claims);
        let facility = codec::kind_code(Kind::FacilityUse);
        let rows = select.query_map(params![self.root.key, claims, facility], |row| row.get(0))?;
        rows.collect()
    }

    /// Returns the root's occurrences; those of a facility's courts are its own, and those of a facility
    /// that is not published are its only court's.
    fn occurrences(&mut self, kind: Option<Kind>) -> Result<Vec<OccurrenceRow>, StoreError> {
        let rows = self.occurrence_rows(kind).map_err(sql(DOING))?;
        let mut occurrences = Vec::with_capacity(rows.len());
        for (feed, start, length, status, facts) in rows {
            let facts = facts.map(|id| self.facts_index(id)).transpose()?;
            let start = codec::from_secs(start);
            occurrences.push(OccurrenceRow {
                feed: FeedId(feed),
                start,
                end: length.map(|secs| start + TimeDelta::seconds(secs)),
                status: codec::event_status_of(status),
                facts,
            });
        }
        Ok(occurrences)
    }

    #[expect(clippy::type_complexity, reason = "the columns of one query")]
    fn occurrence_rows(
        &self,
        kind: Option<Kind>,
    ) -> rusqlite::Result<Vec<(i64, i64, Option<i64>, u8, Option<i64>)>> {
        if !self.is_linked && !self.has_occurrences {
            return Ok(Vec::new());
        }
        let mut select = self.select(concat!(
            "SELECT o.feed, o.start, o.length, o.status, o.facts FROM (
                 SELECT ?1 AS key
                 UNION ALL SELECT child FROM link WHERE parent = ?1 AND relation = ?2 AND child <> ?1
                     AND ",
            is_stated!(),
            " UNION ALL SELECT DISTINCT parent FROM link WHERE child = ?1 AND relation = ?4
                     AND NOT EXISTS (SELECT 1 FROM head CROSS JOIN feed ON feed.id = head.feed
                         WHERE head.key = link.parent AND feed.rank IS NOT NULL)
                     AND NOT EXISTS (SELECT 1 FROM link AS other WHERE other.parent = link.parent
                         AND other.relation = ?4 AND other.child <> ?1)
                     AND ",
            is_stated!(),
            ") AS root CROSS JOIN occurrence AS o ON o.parent = root.key CROSS JOIN feed ON feed.id = o.feed
             WHERE feed.rank IS NOT NULL ORDER BY o.start DESC, o.feed, o.item_id LIMIT ?3"
        ))?;
        let claims_of =
            |of: Kind| (kind == Some(of)).then(|| codec::relation_code(Relation::Claims));
        let (down, up) = (claims_of(Kind::FacilityUse), claims_of(Kind::IndividualFacilityUse));
        let rows = select.query_map(params![self.root.key, down, MAX_OCCURRENCES, up], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        rows.collect()
    }

    fn facts_index(&mut self, id: i64) -> Result<usize, StoreError> {
        if let Some(&index) = self.facts_by_id.get(&id) {
            return Ok(index);
        }
        let body: Vec<u8> = self
            .connection
            .prepare_cached("SELECT body FROM facts WHERE id = ?1")
            .and_then(|mut select| select.query_row([id], |row| row.get(0)))
            .map_err(sql(DOING))?;
        let index = self.facts.len();
        self.facts.push(codec::decompress_text(DOING, &body)?);
        self.facts_by_id.insert(id, index);
        Ok(index)
    }

    /// Returns whether the feed's publisher was read to the end, and the feed's licence.
    fn feed(&mut self, feed: FeedId) -> rusqlite::Result<FeedFacts> {
        if let Some(known) = self.feeds.get(&feed) {
            return Ok(known.clone());
        }
        let facts: FeedFacts = self
            .connection
            .prepare_cached(
                "SELECT (SELECT min(at_end) AND max(has_sessions) FROM feed AS other
                         WHERE other.rank IS NOT NULL AND other.publisher = feed.publisher), license
                 FROM feed WHERE id = ?1",
            )?
            .query_row([feed.0], |row| {
                Ok((row.get::<_, Option<bool>>(0)?.unwrap_or_default(), row.get(1)?))
            })?;
        self.feeds.insert(feed, facts.clone());
        Ok(facts)
    }
}

fn head_item(row: &Row<'_>) -> Result<HeadItem, StoreError> {
    let kind: u8 = row.get(2).map_err(sql(DOING))?;
    let body: Vec<u8> = row.get(4).map_err(sql(DOING))?;
    Ok(HeadItem {
        feed: FeedId(row.get(0).map_err(sql(DOING))?),
        item_id: row.get(1).map_err(sql(DOING))?,
        kind: codec::kind_of(kind),
        key: row.get(3).map_err(sql(DOING))?,
        body: codec::decompress_text(DOING, &body)?,
    })
}
