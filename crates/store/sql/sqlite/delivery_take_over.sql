UPDATE delivery SET due = ?1, lease_until = NULL WHERE lease_until IS NOT NULL
