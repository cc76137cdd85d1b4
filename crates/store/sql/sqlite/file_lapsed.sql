SELECT id FROM file WHERE lapses_at <= ?1 ORDER BY lapses_at LIMIT ?2
