SELECT version, since FROM callback_secret WHERE account = ?1 AND mode = ?2 AND NOT dropped
