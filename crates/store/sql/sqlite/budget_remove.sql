DELETE FROM budget WHERE key = ?1
