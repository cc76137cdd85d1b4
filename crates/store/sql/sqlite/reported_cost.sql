SELECT amount, at FROM entry WHERE key = ?1
