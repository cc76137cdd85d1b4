SELECT coalesce(sum(charged) FILTER (WHERE day >= ?5), 0), coalesce(sum(charged), 0)
FROM usage
WHERE account = ?1 AND mode = ?2 AND key = ?3 AND day >= ?4
