SELECT * FROM reported_job WHERE n = ?1
