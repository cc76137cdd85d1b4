UPDATE delivery SET state = 'dropped', due = NULL, lease_until = NULL, ended_at = ?2 WHERE n = ?1
