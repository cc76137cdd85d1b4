SELECT id, name, created_at, email FROM account WHERE id = ?1
