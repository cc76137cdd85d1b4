SELECT * FROM whole_job WHERE n = ?1
