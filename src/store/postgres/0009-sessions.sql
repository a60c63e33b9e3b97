-- Whether a feed had sessions: slots of facilities say nothing of series without any. What has no parent may be a
-- slot of a court inside its facility; if it is a session, the next page that brings one tells so.
ALTER TABLE feed ADD COLUMN has_sessions BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE feed SET has_sessions = EXISTS (
    SELECT 1 FROM occurrence JOIN head ON head.key = occurrence.parent
    WHERE occurrence.feed = feed.id AND head.kind NOT IN (8, 9));
