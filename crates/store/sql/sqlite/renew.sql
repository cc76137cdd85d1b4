UPDATE job SET lease_until = max(lease_until, ?2) WHERE ended_at IS NULL AND wake IS NOT NULL AND lease_node = ?1
