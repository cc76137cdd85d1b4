SELECT id, model, price, min(charged, price), created_at, ended_at
FROM job
WHERE
    account = ?1
    AND mode = ?2
    AND parent IS NULL
    AND n < CASE
        WHEN ?3 IS NULL THEN 9223372036854775807
        ELSE coalesce((SELECT n FROM job WHERE id = ?3 AND account = ?1 AND mode = ?2), 0)
    END
ORDER BY n DESC
LIMIT ?4
