INSERT INTO book (name, bounded, amount) VALUES (?1, ?2, 0) ON CONFLICT (name) DO NOTHING
