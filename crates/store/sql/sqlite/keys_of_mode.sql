SELECT
    id, account, mode, name, sha256, last4, created_at, expires_at, revoked_at, scopes,
    rate_per_second, rate_burst
FROM api_key
WHERE account = ?1 AND mode = ?2
ORDER BY created_at DESC, id DESC
LIMIT ?3
