UPDATE delivery SET due = ?2, lease_until = ?2 WHERE n = ?1
