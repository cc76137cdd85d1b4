SELECT EXISTS (SELECT 1 FROM delivery WHERE job = ?1 AND endpoint = ?2 AND manner = 'every' AND n > ?3)
