-- One that stays comes first: it has no end.
SELECT
    id, account, mode, name, kind, content_type, format, size_bytes, sha256, width, height, duration_ms, created_at,
    lapses_at
FROM file WHERE account = ?1 AND mode = ?2 AND sha256 = ?3
ORDER BY lapses_at
LIMIT 1
