UPDATE api_key SET
    name = coalesce(?2, name),
    scopes = coalesce(?3, scopes),
    rate_per_second = CASE WHEN ?4 THEN ?5 ELSE rate_per_second END,
    rate_burst = CASE WHEN ?4 THEN ?6 ELSE rate_burst END
WHERE id = ?1 AND revoked_at IS NULL
