SELECT n FROM endpoint WHERE account = ?1 AND mode = ?2 AND url = ?3 AND id IS NULL
