UPDATE job SET
    lease_node = NULL,
    lease_until = NULL,
    due = CASE WHEN phase <> 'needs_operator' THEN min(coalesce(due, ?2), ?2) END
WHERE ended_at IS NULL AND wake IS NOT NULL AND lease_node IS NOT NULL AND lease_node <> ?1
