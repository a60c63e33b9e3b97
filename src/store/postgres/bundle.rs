//! Everything that belongs to each of many roots, read by a few statements for all of them.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use super::connection::Session;
use super::items_of::HeadRow;
use super::items_of::heads_of;
use super::items_of::members_of;
use super::marked;
use super::marked::Seen;
use super::name::text_of;
use super::occurrences::OccurrenceColumns;
use super::occurrences::facts_of;
use super::occurrences::occurrences_of;
use super::read::small;
use crate::openactive::Kind;
use crate::oruk::Status;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::Relation;
use crate::store::Standing;
use crate::store::StoreError;
use crate::store::Whose;
use crate::store::codec;
use crate::store::limits::MAX_PARENTS;

/// What was read for a batch of roots, bodies packed still; by key, unless said otherwise.
#[derive(Default)]
pub(super) struct Read {
    pub(super) keys: HashMap<i64, KeyRow>,
    pub(super) heads: HashMap<i64, Vec<HeadRow>>,
    /// The keys each root is part of, nearest first.
    pub(super) parents: HashMap<i64, Vec<i64>>,
    pub(super) parent_heads: HashMap<i64, Vec<HeadRow>>,
    pub(super) claimed_by: HashMap<i64, Vec<String>>,
    pub(super) members: HashMap<i64, Vec<HeadRow>>,
    pub(super) occurrences: HashMap<i64, Vec<OccurrenceColumns>>,
    /// Packed, by number.
    pub(super) facts: HashMap<i64, Vec<u8>>,
    /// Whether the publisher was read to the end, and the licence; by feed.
    pub(super) feeds: HashMap<i64, (bool, Option<String>)>,
    pub(super) standings: HashMap<i64, Standing>,
    /// Whether there are feeds whose items are left out.
    pub(super) is_partial: bool,
}

/// A key, with what was last seen of what is around it.
pub(super) struct KeyRow {
    pub(super) text: String,
    pub(super) seen: Seen,
}

impl Read {
    pub(super) async fn of(
        session: &Session<'_>,
        roots: &[Dirty],
        whose: &Whose,
    ) -> Result<Self, StoreError> {
        let ids: Vec<i64> = roots.iter().map(|root| root.key).collect();
        let hidden = &hidden(session, whose).await?;
        let mut read = Self {
            keys: keys_of(session, &ids).await?,
            heads: heads_of(session, &ids, hidden).await?,
            parents: parents_of(session, &ids, hidden).await?,
            claimed_by: claimed_by(session, &ids, hidden).await?,
            members: members_of(session, &ids, hidden).await?,
            standings: standings_of(session, &ids, hidden).await?,
            is_partial: !hidden.is_empty(),
            ..Self::default()
        };
        let above: HashSet<i64> = read.parents.values().flatten().copied().collect();
        let above: Vec<i64> = above.into_iter().collect();
        if !above.is_empty() {
            read.parent_heads = heads_of(session, &above, hidden).await?;
        }
        let kind_of = |id: &i64| read.heads.get(id)?.first().map(|head| head.kind);
        let kinds: Vec<Option<Kind>> = ids.iter().map(kind_of).collect();
        read.occurrences = occurrences_of(session, &ids, &kinds, hidden).await?;
        let rows = || read.occurrences.values().flatten();
        let facts: HashSet<i64> = rows().filter_map(|row| row.facts).collect();
        let of_heads = read.heads.values().flatten().map(|head| head.feed);
        let feeds: HashSet<i64> = of_heads.chain(rows().map(|row| row.feed)).collect();
        read.facts = facts_of(session, facts.into_iter().collect()).await?;
        read.feeds = feeds_of(session, feeds.into_iter().collect()).await?;
        Ok(read)
    }
}

/// Returns the feeds whose items are as if they were not there.
async fn hidden(session: &Session<'_>, whose: &Whose) -> Result<Vec<i64>, StoreError> {
    let statement = "SELECT id, rank IS NOT NULL, license IS NOT NULL FROM feed";
    let is_seen = |row: &tokio_postgres::Row| {
        let id = row.try_get(0)?;
        Ok((id, whose.has(FeedId(id), row.try_get(1)?, row.try_get(2)?)))
    };
    let rows: Vec<(i64, bool)> = session.rows(statement, &[], is_seen).await?;
    Ok(rows.into_iter().filter(|(_, is_seen)| !is_seen).map(|(id, _)| id).collect())
}

/// A root's values come from others too: from what is beneath it and what it is part of.
async fn keys_of(session: &Session<'_>, ids: &[i64]) -> Result<HashMap<i64, KeyRow>, StoreError> {
    let rows = session
        .rows(
            "SELECT root.id, root.name, root.whole, seen.modified, seen.changed_at
             FROM key AS root CROSS JOIN LATERAL (
                 SELECT CASE WHEN min(modified) < 0 THEN -1 ELSE max(modified) END AS modified,
                     max(changed_at) AS changed_at
                 FROM (SELECT root.modified, root.changed_at
                     UNION ALL SELECT key.modified, key.changed_at
                         FROM link JOIN key ON key.id = link.child WHERE link.parent = root.id
                     UNION ALL SELECT key.modified, key.changed_at
                         FROM link JOIN key ON key.id = link.parent WHERE link.child = root.id
                     ) AS around) AS seen
             WHERE root.id = ANY ($1)",
            &[&ids],
            |row| {
                let text = text_of(row.try_get(1)?, row.try_get(2)?);
                let seen = Seen { modified: row.try_get(3)?, at: row.try_get(4)? };
                Ok((row.try_get(0)?, KeyRow { text, seen }))
            },
        )
        .await?;
    let mut keys: HashMap<i64, KeyRow> = rows.into_iter().collect();
    for (root, more) in marked::seen_around(session, ids).await? {
        if let Some(key) = keys.get_mut(&root) {
            key.seen = key.seen.and(more);
        }
    }
    Ok(keys)
}

/// Returns the keys that each root is part of, nearest first.
async fn parents_of(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
    let mut chains: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut step: BTreeMap<i64, i64> = BTreeMap::new();
    let mut asked: Vec<i64> = ids.to_vec();
    for _ in 0..MAX_PARENTS {
        for (child, parent) in next_parents(session, &asked, hidden).await? {
            step.insert(child, parent);
        }
        let known: Vec<i64> = step.values().copied().collect();
        asked = known.into_iter().filter(|parent| !step.contains_key(parent)).collect();
        asked.dedup();
        if asked.is_empty() {
            break;
        }
    }
    for &root in ids {
        let mut seen = HashSet::from([root]);
        let mut chain = Vec::new();
        let mut current = root;
        while chain.len() < MAX_PARENTS
            && let Some(&parent) = step.get(&current)
            && seen.insert(parent)
        {
            chain.push(parent);
            current = parent;
        }
        if !chain.is_empty() {
            chains.insert(root, chain);
        }
    }
    Ok(chains)
}

/// One step up: as the first of the items states that are published with this key. A parent that is not
/// published hides no other, and where an item states several, series of series come before courses.
async fn next_parents(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    let part_of = i16::from(codec::relation_code(Relation::PartOf));
    session
        .rows(
            "SELECT DISTINCT ON (link.child) link.child, link.parent
             FROM link JOIN head ON head.id = link.head JOIN feed ON feed.id = head.feed
             JOIN key ON key.id = link.parent
             LEFT JOIN LATERAL (
                 SELECT min(published.kind) AS kind FROM head AS published
                 JOIN feed AS source ON source.id = published.feed
                 WHERE published.key = link.parent AND source.id <> ALL ($3)) AS above ON TRUE
             WHERE link.child = ANY ($1) AND link.relation = $2 AND feed.id <> ALL ($3)
             ORDER BY link.child, above.kind IS NULL, feed.rank, head.name, above.kind, key.name",
            &[&ids, &part_of, &hidden],
            |row| Ok((row.try_get(0)?, row.try_get(1)?)),
        )
        .await
}

/// Returns the keys of existing facilities that claim each root. What the item of another feed calls a
/// facility does not count: nothing would be published in its place.
async fn claimed_by(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    let claims = i16::from(codec::relation_code(Relation::Claims));
    let facility = i16::from(codec::kind_code(Kind::FacilityUse));
    let rows: Vec<(i64, String)> = session
        .rows(
            "SELECT claim.child, key.name, key.whole
             FROM (SELECT DISTINCT child, parent FROM link
                   JOIN head AS stating ON stating.id = link.head JOIN feed ON feed.id = stating.feed
                   WHERE child = ANY ($1) AND relation = $2 AND parent <> child
                       AND feed.id <> ALL ($4)) AS claim
             JOIN key ON key.id = claim.parent
             WHERE (SELECT head.kind FROM head JOIN feed ON feed.id = head.feed
                    WHERE head.key = claim.parent AND feed.id <> ALL ($4)
                    ORDER BY feed.rank, head.name LIMIT 1) = $3
             ORDER BY claim.child, key.name",
            &[&ids, &claims, &facility, &hidden],
            |row| Ok((row.try_get(0)?, text_of(row.try_get(1)?, row.try_get(2)?))),
        )
        .await?;
    Ok(grouped(rows))
}

async fn standings_of(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<HashMap<i64, Standing>, StoreError> {
    let rows = session
        .rows(
            "SELECT standing.* FROM unnest($1::int8[]) AS root (id) CROSS JOIN LATERAL (
                 SELECT key, feed, status, parts, due,
                     EXISTS (SELECT 1 FROM held WHERE held.key = service.key AND is_let_through)
                 FROM service WHERE key = root.id AND gone_at IS NULL AND feed IS NOT NULL
                 ORDER BY id DESC OFFSET 0) AS standing",
            &[&ids],
            |row| {
                let feed = row.try_get(1)?;
                let standing = Standing {
                    feed: FeedId(feed),
                    is_served: !hidden.contains(&feed),
                    is_active: codec::status_of(small(row.try_get(2)?)) == Status::Active,
                    parts: small(row.try_get(3)?),
                    due: row.try_get::<_, Option<i64>>(4)?.map(codec::from_millis),
                    is_let_through: row.try_get(5)?,
                };
                Ok((row.try_get(0)?, standing))
            },
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// Returns whether each feed's publisher was read to the end, and the feed's licence.
async fn feeds_of(
    session: &Session<'_>,
    ids: Vec<i64>,
) -> Result<HashMap<i64, (bool, Option<String>)>, StoreError> {
    let rows = session
        .rows(
            "SELECT id, coalesce((SELECT bool_and(at_end) AND bool_or(has_sessions)
                     FROM feed AS other
                     WHERE other.rank IS NOT NULL AND other.publisher = feed.publisher), FALSE),
                 license
             FROM feed WHERE id = ANY ($1)",
            &[&ids],
            |row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?))),
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// Puts rows together that have the same key; their order stays.
pub(super) fn grouped<T>(rows: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut groups: HashMap<i64, Vec<T>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}
