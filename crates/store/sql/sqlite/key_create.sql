INSERT INTO api_key (
    id, account, mode, name, sha256, last4, created_at, expires_at, revoked_at, scopes, rate_per_second, rate_burst
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
