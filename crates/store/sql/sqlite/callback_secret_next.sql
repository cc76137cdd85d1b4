INSERT INTO callback_secret (account, mode, version, since, dropped)
VALUES (?1, ?2, 1, ?3, 0)
ON CONFLICT (account, mode) DO UPDATE SET version = version + 1, since = ?3, dropped = 0
