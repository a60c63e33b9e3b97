-- A feed, in the order of the configuration; rank is null once it is no longer configured.
CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    publisher TEXT NOT NULL,
    url TEXT NOT NULL,
    rank INTEGER,
    cursor TEXT,
    at_end INTEGER NOT NULL DEFAULT 0,
    license TEXT,
    items INTEGER NOT NULL DEFAULT 0,
    occurrences INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    findings INTEGER NOT NULL DEFAULT 0,
    last_success INTEGER,
    last_change INTEGER,
    last_error TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    stopped TEXT,
    UNIQUE (publisher, url)
);

-- The keys by which opportunities are known, with what was last seen of everything under each.
-- modified: the largest plausible RPDE modified, in milliseconds; -1 once one was not plausible.
CREATE TABLE key (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    modified INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0
);

-- Items with a body: what becomes a service or lends its values to one.
CREATE TABLE head (
    id INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL REFERENCES feed,
    item_id TEXT NOT NULL,
    key INTEGER NOT NULL REFERENCES key,
    kind INTEGER NOT NULL,
    hash BLOB NOT NULL,
    findings INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    UNIQUE (feed, item_id)
);
CREATE INDEX head_key ON head (key);

-- Links between keys, each owned by the item that states it. relation: 0 part of, 1 claims.
CREATE TABLE link (
    head INTEGER NOT NULL REFERENCES head ON DELETE CASCADE,
    relation INTEGER NOT NULL,
    child INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    PRIMARY KEY (head, relation, child, parent)
) WITHOUT ROWID;
CREATE INDEX link_child ON link (child, relation, parent);
CREATE INDEX link_parent ON link (parent, relation, child);

-- What occurrences say for themselves, each text once.
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
);

-- Sessions and slots. Times are seconds since 1970; status as in EventStatus.
CREATE TABLE occurrence (
    feed INTEGER NOT NULL,
    item_id TEXT NOT NULL,
    parent INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER,
    status INTEGER NOT NULL,
    facts INTEGER,
    PRIMARY KEY (feed, item_id)
) WITHOUT ROWID;
CREATE INDEX occurrence_parent ON occurrence (parent, start);

-- Roots to be mapped, first marked first.
CREATE TABLE dirty (
    mark INTEGER PRIMARY KEY AUTOINCREMENT,
    key INTEGER NOT NULL UNIQUE
);

-- Services, and tombstones of those that were: a tombstone has gone_at. seq is the number of the
-- latest change, so the index on it is the change log.
CREATE TABLE service (
    id BLOB PRIMARY KEY,
    key INTEGER NOT NULL,
    feed INTEGER,
    seq INTEGER NOT NULL,
    status INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    due INTEGER,
    gone_at INTEGER,
    hash BLOB NOT NULL,
    findings TEXT,
    entry BLOB,
    body BLOB NOT NULL
);
CREATE INDEX service_seq ON service (seq);
CREATE INDEX service_due ON service (due) WHERE due IS NOT NULL;
CREATE INDEX service_key ON service (key);

-- Occurrences that wait for their parent.
CREATE TABLE orphan (
    key INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (key, feed)
) WITHOUT ROWID;

-- Items that could not be used.
CREATE TABLE unusable (
    feed INTEGER NOT NULL,
    item_id TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (feed, item_id)
) WITHOUT ROWID;

-- The last good copy of each vocabulary.
CREATE TABLE vocabulary (
    name TEXT PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

-- Numbers that must never repeat.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter VALUES ('seq', 0);
