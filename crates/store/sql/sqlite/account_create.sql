INSERT INTO account (name, created_at, email) VALUES (?1, ?2, ?3)
