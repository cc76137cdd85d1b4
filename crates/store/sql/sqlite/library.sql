-- Reads only the small columns of a row, which come before its parameters. The reader stops when it has enough.
SELECT n, phase, key, model, created_at
FROM job
WHERE account = ?1 AND mode = ?2 AND parent IS NULL AND n < ?3 AND n > ?4
ORDER BY n DESC
LIMIT ?5
