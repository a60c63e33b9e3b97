-- What operators and guards decide about a feed. paused: why it is not asked; guarded: whether the drop
-- guard paused it. generation grows with every resync: what was read since carries it, and what does not
-- carry it at the resync's end has vanished from the feed.
ALTER TABLE feed ADD COLUMN paused TEXT;
ALTER TABLE feed ADD COLUMN guarded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN resyncing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN resynced_at INTEGER;
ALTER TABLE head ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrence ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

-- What the drop guard counts: services a feed had when the window began, and how many went since.
ALTER TABLE feed ADD COLUMN window_start INTEGER;
ALTER TABLE feed ADD COLUMN window_services INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN window_lost INTEGER NOT NULL DEFAULT 0;

-- Which parts a service has, opaque here: the drop guard compares them.
ALTER TABLE service ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX service_feed ON service (feed) WHERE feed IS NOT NULL;

-- Roots whose service is about to be lost, by the feed of that service. They wait for the drop guard's
-- judgement; those let through are published as they are.
CREATE TABLE held (
    key INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL,
    is_let_through INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX held_feed ON held (feed, is_let_through);

-- Whatever is kept whole, by name: the last good copy of each vocabulary, what was last found on each
-- dataset site, the mark of what services are made with.
ALTER TABLE vocabulary RENAME TO document;
