UPDATE endpoint SET
    url = coalesce(?4, url),
    events = coalesce(?5, events),
    description = coalesce(?6, description),
    disabled_at = CASE ?7 WHEN TRUE THEN NULL WHEN FALSE THEN coalesce(disabled_at, ?8) ELSE disabled_at END,
    disabled_why = CASE ?7 WHEN TRUE THEN NULL WHEN FALSE THEN coalesce(disabled_why, 'its owner switched it off')
        ELSE disabled_why END,
    -- Switched on again, or sent elsewhere, it begins with a clean record.
    failures = CASE WHEN ?7 OR ?4 IS NOT NULL THEN 0 ELSE failures END,
    failing_since = CASE WHEN ?7 OR ?4 IS NOT NULL THEN NULL ELSE failing_since END,
    paused_until = CASE WHEN ?7 OR ?4 IS NOT NULL THEN NULL ELSE paused_until END
WHERE account = ?1 AND mode = ?2 AND id = ?3 AND removed_at IS NULL
