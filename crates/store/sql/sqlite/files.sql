SELECT
    id, account, mode, name, kind, content_type, format, size_bytes, sha256, width, height, duration_ms, created_at,
    lapses_at
FROM file
WHERE account = ?1 AND mode = ?2
    AND (?3 IS NULL OR n < (SELECT n FROM file AS last WHERE last.id = ?3 AND last.account = ?1 AND last.mode = ?2))
ORDER BY n DESC
LIMIT ?4
