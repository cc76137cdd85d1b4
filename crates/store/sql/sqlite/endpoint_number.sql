SELECT n FROM endpoint WHERE account = ?1 AND mode = ?2 AND id = ?3 AND removed_at IS NULL
