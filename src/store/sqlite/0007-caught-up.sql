-- Whether the page of a feed read last was the last there was: what it loses is judged only then, also by a process
-- that does not follow it.
ALTER TABLE feed ADD COLUMN caught_up INTEGER NOT NULL DEFAULT 0;
UPDATE feed SET caught_up = at_end;
