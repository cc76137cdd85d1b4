UPDATE job SET lease_until = max(lease_until, ?2) WHERE lease_node = ?1
