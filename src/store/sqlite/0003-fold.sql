-- Roots whose services become one with those of the same group, each with the id of its own service.
CREATE TABLE fold (
    key INTEGER PRIMARY KEY,
    service BLOB NOT NULL,
    grp BLOB NOT NULL
);
CREATE INDEX fold_group ON fold (grp);
CREATE INDEX fold_service ON fold (service);
