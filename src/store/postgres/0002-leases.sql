-- Processes that share the work. Who has not said for a while that it is there has no right to anything.
CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- Who does what: feed 0 stands for mapping. The fence grows with every owner; whoever writes for a lease
-- names the fence it was given, so that one who was taken for dead and is not can write no more.
CREATE TABLE lease (
    feed BIGINT PRIMARY KEY,
    owner TEXT,
    fence BIGINT NOT NULL DEFAULT 0
);
