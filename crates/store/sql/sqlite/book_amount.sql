SELECT amount FROM book WHERE name = ?1
