INSERT INTO delivery_try (delivery, no, at, took_ms, status, trouble, answer)
VALUES (?1, (SELECT coalesce(max(no), 0) + 1 FROM delivery_try WHERE delivery = ?1), ?2, ?3, ?4, ?5, ?6)
