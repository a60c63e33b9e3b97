-- How a publisher's data was on each of the last days, for the trend in its report. day counts from 1 January
-- 1970, UTC.
CREATE TABLE publisher_day (
    publisher TEXT NOT NULL,
    day BIGINT NOT NULL,
    items BIGINT NOT NULL,
    services BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    score BIGINT NOT NULL,
    PRIMARY KEY (publisher, day)
);
