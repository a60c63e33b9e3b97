//! Publishing: what became of dirty roots, in one transaction.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use super::changes::Changes;
use super::changes::Known;
use super::changes::Ready;
use super::connection::Session;
use super::held;
use super::name::name;
use super::read::id_of;
use super::read::sixteen;
use crate::oruk::Id;
use crate::store::ChangedService;
use crate::store::Delegation;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::StoreError;
use crate::store::body;
use crate::store::codec;

/// Returns the services that stand as they are to be published.
pub(super) async fn same(
    session: &Session<'_>,
    publications: &[Publication],
) -> Result<HashSet<Id>, StoreError> {
    let (mut ids, mut hashes) = (Vec::new(), Vec::new());
    for publication in publications {
        let Outcome::Service(record) = &publication.outcome else { continue };
        ids.push(record.id.as_bytes().as_slice());
        hashes.push(record.hash.to_be_bytes().to_vec());
    }
    let same = session
        .rows(
            "SELECT standing.id FROM unnest($1::bytea[], $2::bytea[]) AS new (id, hash)
             CROSS JOIN LATERAL (
                 SELECT id, hash FROM service
                 WHERE id = new.id AND gone_at IS NULL OFFSET 0) AS standing
             WHERE standing.hash = new.hash",
            &[&ids, &hashes],
            |row| Ok(id_of(row.try_get(0)?)),
        )
        .await?;
    Ok(same.into_iter().collect())
}

/// Writes what became of dirty roots and returns the services that changed.
pub(super) async fn publish(
    session: &Session<'_>,
    publications: &[Ready],
) -> Result<Vec<ChangedService>, StoreError> {
    let known = known(session, publications).await?;
    let mut changes = Changes::of(publications, known);
    // Feeds first, then services, then roots: the order in which pages lock them too.
    let holding = publications.iter().filter_map(|ready| match ready.publication.outcome {
        Outcome::Held(feed) => Some(feed.0),
        _ => None,
    });
    let mut touched: BTreeSet<i64> = holding.collect();
    if !touched.is_empty() {
        let findings = changes.findings.iter().filter(|(_, count)| **count != 0);
        touched.extend(findings.map(|(feed, _)| *feed));
        held::count(session, &touched.into_iter().collect::<Vec<_>>()).await?;
    }
    count_findings(session, &changes.findings).await?;
    changes.number(session).await?;
    changes.write(session).await?;
    hold(session, publications).await?;
    set_orphans(session, publications).await?;
    delegate(session, publications).await?;
    take_off(session, publications).await?;
    Ok(changes.changed)
}

/// Returns what is known of the services before they are written again.
async fn known(
    session: &Session<'_>,
    publications: &[Ready],
) -> Result<HashMap<Id, Known>, StoreError> {
    let ids: BTreeSet<[u8; 16]> =
        publications.iter().map(|ready| *ready.publication.id.as_bytes()).collect();
    let ids: Vec<&[u8]> = ids.iter().map(<[u8; 16]>::as_slice).collect();
    let rows = session
        .rows(
            // The body is needed for the name on a tombstone alone, and is dear to read.
            "SELECT id, hash, last_modified, gone_at IS NOT NULL, feed, findings, entry
             FROM service WHERE id = ANY ($1)",
            &[&ids],
            |row| {
                let findings: Option<&str> = row.try_get(5)?;
                let known = Known {
                    hash: sixteen(row.try_get(1)?),
                    last_modified: row.try_get(2)?,
                    is_gone: row.try_get(3)?,
                    feed: row.try_get(4)?,
                    findings: findings.map_or(0, body::count_of),
                    entry: row.try_get::<_, Option<_>>(6)?.unwrap_or_default(),
                };
                Ok((id_of(row.try_get(0)?), known))
            },
        )
        .await?;
    Ok(rows.into_iter().collect())
}

async fn count_findings(
    session: &Session<'_>,
    findings: &BTreeMap<i64, i64>,
) -> Result<(), StoreError> {
    let differing = || findings.iter().filter(|(_, count)| **count != 0);
    let feeds: Vec<i64> = differing().map(|(feed, _)| *feed).collect();
    let counts: Vec<i64> = differing().map(|(_, count)| *count).collect();
    if feeds.is_empty() {
        return Ok(());
    }
    let lock = "SELECT id FROM feed WHERE id = ANY ($1) ORDER BY id FOR UPDATE";
    session.execute(lock, &[&feeds]).await?;
    session
        .execute(
            "UPDATE feed SET findings = feed.findings + more.count
             FROM unnest($1::int8[], $2::int8[]) AS more (feed, count) WHERE feed.id = more.feed",
            &[&feeds, &counts],
        )
        .await?;
    Ok(())
}

/// Holds services as they are, and forgets that those were held of which something was published. That one was let
/// through meanwhile stands: it is mapped once more.
async fn hold(session: &Session<'_>, publications: &[Ready]) -> Result<(), StoreError> {
    let (mut held, mut feeds, mut released) = (Vec::new(), Vec::new(), Vec::new());
    for Ready { publication, .. } in publications {
        match &publication.outcome {
            Outcome::Held(feed) => {
                held.push(publication.root.key);
                feeds.push(feed.0);
            }
            _ => released.push(publication.root.key),
        }
    }
    if !released.is_empty() {
        session.execute("DELETE FROM held WHERE key = ANY ($1)", &[&released]).await?;
    }
    if !held.is_empty() {
        session
            .execute(
                "INSERT INTO held (key, feed)
                 SELECT key, feed FROM unnest($1::int8[], $2::int8[]) AS new (key, feed)
                 ON CONFLICT (key) DO UPDATE SET feed = excluded.feed",
                &[&held, &feeds],
            )
            .await?;
    }
    Ok(())
}

async fn set_orphans(session: &Session<'_>, publications: &[Ready]) -> Result<(), StoreError> {
    let roots: Vec<i64> = publications.iter().map(|ready| ready.publication.root.key).collect();
    session.execute("DELETE FROM orphan WHERE key = ANY ($1)", &[&roots]).await?;
    let (mut keys, mut feeds, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for Ready { publication, .. } in publications {
        let (Outcome::Orphans(orphans) | Outcome::Delegated(Delegation { orphans, .. })) =
            &publication.outcome
        else {
            continue;
        };
        for (feed, count) in orphans {
            keys.push(publication.root.key);
            feeds.push(feed.0);
            counts.push(codec::number(*count));
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    session
        .execute(
            "INSERT INTO orphan (key, feed, count)
             SELECT key, feed, count FROM unnest($1::int8[], $2::int8[], $3::int8[])
                 AS new (key, feed, count)",
            &[&keys, &feeds, &counts],
        )
        .await?;
    Ok(())
}

/// Marks the roots that stand in for others.
async fn delegate(session: &Session<'_>, publications: &[Ready]) -> Result<(), StoreError> {
    let (mut roots, mut names) = (Vec::new(), Vec::new());
    for Ready { publication, .. } in publications {
        let Outcome::Delegated(delegation) = &publication.outcome else { continue };
        for other in &delegation.to {
            roots.push(publication.root.key);
            names.push(name(other));
        }
    }
    if roots.is_empty() {
        return Ok(());
    }
    session
        .execute(
            "INSERT INTO dirty (key)
             SELECT DISTINCT key.id FROM unnest($1::int8[], $2::bytea[]) AS other (root, name)
             JOIN key ON key.name = other.name WHERE key.id <> other.root ORDER BY key.id
             ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
            &[&roots, &names],
        )
        .await?;
    Ok(())
}

/// Takes roots off the list unless they were marked again meanwhile.
async fn take_off(session: &Session<'_>, publications: &[Ready]) -> Result<(), StoreError> {
    let keys: Vec<i64> = publications.iter().map(|ready| ready.publication.root.key).collect();
    let marks: Vec<i64> = publications.iter().map(|ready| ready.publication.root.mark).collect();
    // Locked in order first: pages that complete a publisher or bring its licence mark the same roots.
    let lock = "SELECT key FROM dirty WHERE key = ANY ($1) ORDER BY key FOR UPDATE";
    session.execute(lock, &[&keys]).await?;
    session
        .execute(
            "DELETE FROM dirty USING unnest($1::int8[], $2::int8[]) AS done (key, mark)
             WHERE dirty.key = done.key AND dirty.mark = done.mark",
            &[&keys, &marks],
        )
        .await?;
    Ok(())
}
