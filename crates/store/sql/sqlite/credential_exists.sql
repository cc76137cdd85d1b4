SELECT 1 FROM credential WHERE provider = ?1 AND name = ?2
