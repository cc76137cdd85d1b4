SELECT fingerprint, job FROM idempotency WHERE scope = ?1
