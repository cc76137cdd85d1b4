SELECT day, key, model, jobs, succeeded, failed, canceled, charged, cost
FROM usage
WHERE
    account = ?1
    AND mode = ?2
    AND day BETWEEN ?3 AND ?4
    AND (?5 IS NULL OR key = ?5)
    AND (?6 IS NULL OR model = ?6)
