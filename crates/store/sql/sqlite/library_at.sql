-- The nearest of an account's jobs at a number or below it.
SELECT n, created_at
FROM job
WHERE account = ?1 AND mode = ?2 AND parent IS NULL AND n <= ?3
ORDER BY n DESC
LIMIT 1
