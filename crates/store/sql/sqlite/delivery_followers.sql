UPDATE delivery SET due = min(due, ?4)
WHERE job = ?1 AND endpoint = ?2 AND manner = 'every' AND n > ?3 AND state = 'pending' AND lease_until IS NULL
