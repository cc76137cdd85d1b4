SELECT * FROM whole_job WHERE parent = (SELECT n FROM job WHERE id = ?1) ORDER BY part
