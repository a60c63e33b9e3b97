-- Whether the page of a feed read last was the last there was: what it loses is judged only then, also by a process
-- that does not follow it.
ALTER TABLE feed ADD COLUMN caught_up BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE feed SET caught_up = at_end;
