-- Every hour it is asked which tombstones are old enough to go.
CREATE INDEX service_gone ON service (gone_at) WHERE gone_at IS NOT NULL;
