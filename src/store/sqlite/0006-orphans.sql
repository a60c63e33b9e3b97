-- How many occurrences of a feed wait is asked for every feed at once.
CREATE INDEX orphan_feed ON orphan (feed);
