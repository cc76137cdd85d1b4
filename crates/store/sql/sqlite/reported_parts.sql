SELECT * FROM reported_job WHERE parent = ?1 ORDER BY part
