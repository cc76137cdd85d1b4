-- The first version is inserted, the next one replaces the last; any other one changes nothing.
INSERT INTO credential (
    provider, name, version, weight, accounts, wrapped_key, secret, callback_secret, created_at, changed_at
)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
WHERE ?3 = 1 + coalesce((SELECT version FROM credential WHERE provider = ?1 AND name = ?2), 0)
ON CONFLICT (provider, name) DO UPDATE SET
    version = excluded.version,
    weight = excluded.weight,
    accounts = excluded.accounts,
    wrapped_key = excluded.wrapped_key,
    secret = excluded.secret,
    callback_secret = excluded.callback_secret,
    changed_at = max(excluded.changed_at, created_at)
