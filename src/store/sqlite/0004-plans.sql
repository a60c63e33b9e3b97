-- Statistics that were taken of an empty store lead to searching a whole feed for each root. How queries
-- are done follows from the tables alone.
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
