SELECT count(*) FROM delivery WHERE endpoint = ?1 AND lease_until IS NOT NULL AND lease_until > ?2
