INSERT INTO endpoint (id, account, mode, url, events, description, secret, secret_since, created_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
WHERE (
    SELECT count(*) FROM endpoint WHERE account = ?2 AND mode = ?3 AND id IS NOT NULL AND removed_at IS NULL
) < ?10
