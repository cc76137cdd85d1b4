SELECT provider, name, version, weight, accounts, wrapped_key, secret, callback_secret, created_at, changed_at
FROM credential
ORDER BY provider, name
