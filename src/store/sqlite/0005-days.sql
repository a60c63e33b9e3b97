-- How a publisher's data was on each of the last days, for the trend in its report. day counts from 1 January
-- 1970, UTC.
CREATE TABLE publisher_day (
    publisher TEXT NOT NULL,
    day INTEGER NOT NULL,
    items INTEGER NOT NULL,
    services INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    score INTEGER NOT NULL,
    PRIMARY KEY (publisher, day)
) WITHOUT ROWID;
