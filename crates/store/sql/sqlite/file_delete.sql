DELETE FROM file WHERE id = ?1 AND account = ?2 AND mode = ?3
