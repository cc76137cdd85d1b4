SELECT id, name, created_at, email FROM account ORDER BY id
