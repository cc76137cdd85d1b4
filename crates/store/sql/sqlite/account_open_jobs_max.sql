UPDATE account SET open_jobs_max = ?2 WHERE id = ?1
