UPDATE delivery SET state = 'failed', due = NULL, lease_until = NULL, ended_at = ?2
WHERE state = 'pending' AND endpoint = ?1
