SELECT at, took_ms, status, trouble, answer FROM delivery_try WHERE delivery = ?1 ORDER BY no
