-- How many occurrences of a feed wait is asked for every feed at once, and every hour which tombstones are old
-- enough to go.
CREATE INDEX orphan_feed ON orphan (feed);
CREATE INDEX service_gone ON service (gone_at) WHERE gone_at IS NOT NULL;
