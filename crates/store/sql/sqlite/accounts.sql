SELECT id, name, created_at FROM account ORDER BY id
