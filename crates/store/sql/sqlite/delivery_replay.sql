UPDATE delivery SET state = 'pending', due = ?8, ended_at = NULL, tries = 0
WHERE n IN (
    SELECT n FROM whole_delivery
    WHERE
        account = ?1
        AND mode = ?2
        AND state <> 'pending'
        AND (?3 IS NULL OR endpoint_id = ?3)
        AND (?4 IS NULL OR job = (SELECT n FROM job WHERE id = ?4))
        AND (?5 IS NULL OR state = ?5)
        AND (?6 IS NULL OR created_at >= ?6)
        AND (?7 IS NULL OR created_at < ?7)
        AND (?9 IS NULL OR id = ?9)
        AND NOT EXISTS (SELECT 1 FROM endpoint WHERE n = whole_delivery.endpoint AND removed_at IS NOT NULL)
    ORDER BY n
    LIMIT ?10
)
