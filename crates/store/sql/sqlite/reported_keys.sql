-- The next key of an account that has usage.
SELECT key FROM usage WHERE account = ?1 AND mode = ?2 AND key > ?3 ORDER BY key LIMIT 1
