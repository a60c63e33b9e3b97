-- Whether a feed had sessions: slots of facilities say nothing of series without any. What has no parent yet may be one.
ALTER TABLE feed ADD COLUMN has_sessions BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE feed SET has_sessions = EXISTS (
    SELECT 1 FROM occurrence LEFT JOIN head ON head.key = occurrence.parent
    WHERE occurrence.feed = feed.id AND coalesce(head.kind, 0) NOT IN (8, 9));
