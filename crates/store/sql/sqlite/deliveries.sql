SELECT * FROM whole_delivery
WHERE
    account = ?1
    AND mode = ?2
    AND (?3 IS NULL OR endpoint_id = ?3)
    AND (?4 IS NULL OR job = (SELECT n FROM job WHERE id = ?4))
    AND (?5 IS NULL OR state = ?5)
    AND (?6 IS NULL OR created_at >= ?6)
    AND (?7 IS NULL OR created_at < ?7)
    AND n < CASE
        WHEN ?8 IS NULL THEN 9223372036854775807
        ELSE coalesce((SELECT n FROM delivery WHERE id = ?8 AND account = ?1 AND mode = ?2), 0)
    END
ORDER BY n DESC
LIMIT ?9
