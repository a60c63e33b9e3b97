-- Whether a feed is known to lead on from one page without an item to the next for ever.
ALTER TABLE feed ADD COLUMN leads_on INTEGER NOT NULL DEFAULT 0;
