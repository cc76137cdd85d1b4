SELECT n FROM job WHERE id = ?1 AND account = ?2 AND mode = ?3 AND parent IS NULL
