SELECT * FROM whole_delivery WHERE account = ?1 AND mode = ?2 AND id = ?3
