SELECT * FROM reported_job
WHERE account = ?4 AND mode = ?3 AND parent IS NULL AND n BETWEEN ?1 AND ?2
ORDER BY n DESC
