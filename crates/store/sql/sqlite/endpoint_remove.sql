UPDATE endpoint SET removed_at = ?4 WHERE account = ?1 AND mode = ?2 AND id = ?3 AND removed_at IS NULL
