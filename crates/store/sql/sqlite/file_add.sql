INSERT INTO file (
    id, account, mode, name, kind, content_type, format, size_bytes, sha256, width, height, duration_ms, created_at,
    lapses_at
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
