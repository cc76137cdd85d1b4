SELECT
    id, account, mode, name, kind, content_type, format, size_bytes, sha256, width, height, duration_ms, created_at,
    lapses_at
FROM file WHERE id = ?1
