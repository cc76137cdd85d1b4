SELECT
    coalesce((SELECT amount FROM book WHERE name = ?1), 0),
    coalesce((SELECT amount FROM book WHERE name = ?2), 0)
