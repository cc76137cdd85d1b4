SELECT n, id, model, price, min(charged, price), created_at, ended_at
FROM job
WHERE account = ?1 AND mode = ?2 AND parent IS NULL AND n < ?3
ORDER BY n DESC
LIMIT ?4
