SELECT
    id, account, mode, url, events, description, secret, secret_since, created_at, disabled_at, disabled_why, failures,
    failing_since, paused_until
FROM endpoint
WHERE account = ?1 AND mode = ?2 AND id IS NOT NULL AND removed_at IS NULL AND (?3 IS NULL OR id = ?3)
ORDER BY n
