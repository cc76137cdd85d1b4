SELECT
    whole_delivery.*, endpoint.url, endpoint.secret, endpoint.secret_since, endpoint.failures, endpoint.failing_since,
    callback_secret.version, callback_secret.since
FROM whole_delivery
JOIN endpoint ON endpoint.n = whole_delivery.endpoint
LEFT JOIN callback_secret ON
    callback_secret.account = whole_delivery.account
    AND callback_secret.mode = whole_delivery.mode
    AND NOT callback_secret.dropped
WHERE whole_delivery.n = ?1
