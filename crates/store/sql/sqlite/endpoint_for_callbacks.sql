INSERT INTO endpoint (account, mode, url, events, description, secret, secret_since, created_at)
VALUES (?1, ?2, ?3, '', '', 0, 0, ?4)
ON CONFLICT (account, mode, url) WHERE id IS NULL DO NOTHING
