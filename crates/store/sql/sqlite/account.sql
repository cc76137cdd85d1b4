SELECT id, name, created_at, open_jobs_max FROM account WHERE id = ?1
