UPDATE budget SET held = held + ?2, spent = spent + ?3 WHERE key = ?1
