DELETE FROM idempotency WHERE scope = ?1 AND job = ?2
