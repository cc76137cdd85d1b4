INSERT INTO asset (id, job, content_type, inline, format, size_bytes, sha256, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
