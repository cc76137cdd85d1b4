UPDATE file SET lapses_at = max(lapses_at, ?2) WHERE id = ?1 AND lapses_at IS NOT NULL
