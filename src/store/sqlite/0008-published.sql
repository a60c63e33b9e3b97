-- When the latest change of a service was published here, however long ago its publisher says that it was. Those
-- there already have none, and are taken to be as young as their content.
ALTER TABLE service ADD COLUMN published_at INTEGER;
