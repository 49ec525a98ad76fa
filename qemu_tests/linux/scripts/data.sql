CREATE TABLE fruit (name TEXT PRIMARY KEY, weight INTEGER);
INSERT INTO fruit VALUES ('apple', 150), ('fig', 40), ('pear', 170);
SELECT name, weight * 2 FROM fruit WHERE weight > 100 ORDER BY name;
BEGIN; DELETE FROM fruit; SELECT count(*) FROM fruit; ROLLBACK;
SELECT count(*), sum(weight), avg(weight) FROM fruit;
INSERT INTO fruit VALUES ('apple', 1);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO fruit SELECT 'number ' || i, i FROM n;
CREATE INDEX by_weight ON fruit (weight);
SELECT max(weight), count(*) FROM fruit;
PRAGMA integrity_check;
