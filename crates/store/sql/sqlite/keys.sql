SELECT id, account, mode, name, sha256, last4, created_at, expires_at, revoked_at, scopes
FROM api_key
ORDER BY account, created_at, id
