UPDATE job SET epoch = epoch + 1, lease_node = ?2, lease_until = ?3
WHERE n IN (SELECT n FROM job WHERE ended_at IS NULL AND wake <= ?1 ORDER BY wake LIMIT ?4)
RETURNING n
