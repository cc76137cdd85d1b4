UPDATE delivery SET state = ?2, due = ?3, ended_at = ?4, lease_until = NULL, tries = tries + 1
WHERE n = ?1 AND state = 'pending'
