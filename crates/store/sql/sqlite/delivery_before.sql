SELECT min(lease_until) FROM delivery
WHERE job = ?1 AND endpoint = ?2 AND manner = 'every' AND n < ?3 AND lease_until > ?4
