INSERT INTO idempotency (scope, fingerprint, job) VALUES (?1, ?2, ?3)
