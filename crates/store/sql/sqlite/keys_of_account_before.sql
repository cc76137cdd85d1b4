SELECT
    id, account, mode, name, sha256, last4, created_at, expires_at, revoked_at, scopes,
    rate_per_second, rate_burst
FROM api_key
WHERE
    account = ?3
    AND (
        ?1 IS NULL OR (created_at, id) < (SELECT last.created_at, last.id FROM api_key AS last WHERE last.id = ?1)
    )
ORDER BY created_at DESC, id DESC
LIMIT ?2
