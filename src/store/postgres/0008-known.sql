-- What is known of a feed besides: whether it leads on from one page without an item to the next for ever; whether no
-- page of the resync under way has named a licence; whether it is to be read again once it may be. Of feeds that are
-- there already none of it is known.
ALTER TABLE feed ADD COLUMN leads_on BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE feed ADD COLUMN unlicensed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE feed ADD COLUMN owes_resync BOOLEAN NOT NULL DEFAULT FALSE;
