UPDATE job SET epoch = epoch + 1, lease_node = ?2, lease_until = ?3
WHERE n IN (
    SELECT n FROM job
    WHERE ended_at IS NULL AND wake <= ?1 AND account NOT IN (SELECT value FROM json_each(?5))
    ORDER BY wake
    LIMIT ?4
)
RETURNING n
