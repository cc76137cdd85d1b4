INSERT INTO account (name, created_at) VALUES (?1, ?2)
