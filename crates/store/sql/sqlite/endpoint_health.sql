UPDATE endpoint SET
    failures = ?2,
    failing_since = ?3,
    paused_until = ?4,
    disabled_at = CASE WHEN ?5 IS NOT NULL THEN coalesce(disabled_at, ?6) ELSE disabled_at END,
    disabled_why = CASE WHEN ?5 IS NOT NULL THEN coalesce(disabled_why, ?5) ELSE disabled_why END
WHERE n = ?1
