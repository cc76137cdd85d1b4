SELECT day, model, jobs, succeeded, failed, canceled, charged, cost
FROM usage
WHERE account = ?1 AND mode = ?2 AND key = ?3 AND day BETWEEN ?4 AND ?5
