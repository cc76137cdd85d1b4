SELECT * FROM whole_job WHERE id = ?1 AND account = ?2 AND mode = ?3
