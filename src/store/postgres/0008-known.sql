-- What is known of a feed besides: whether it leads on from one page without an item to the next for ever, and whether
-- no page of the resync under way has named a licence. Of feeds that are there already neither is known.
ALTER TABLE feed ADD COLUMN leads_on BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE feed ADD COLUMN unlicensed BOOLEAN NOT NULL DEFAULT FALSE;
