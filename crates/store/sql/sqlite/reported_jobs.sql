SELECT * FROM reported_job WHERE n BETWEEN ?1 AND ?2 AND mode = ?3 AND parent IS NULL ORDER BY n DESC
