SELECT id, name, created_at, email, open_jobs_max FROM account
WHERE id < coalesce(?1, 9223372036854775807)
ORDER BY id DESC
LIMIT ?2
