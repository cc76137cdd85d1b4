UPDATE callback_secret SET dropped = 1 WHERE account = ?1 AND mode = ?2 AND NOT dropped
