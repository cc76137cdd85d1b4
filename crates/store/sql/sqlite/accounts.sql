SELECT id, name, created_at, email, open_jobs_max FROM account ORDER BY id
