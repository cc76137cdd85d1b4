SELECT id, name, created_at, email, open_jobs_max FROM account WHERE id = ?1
