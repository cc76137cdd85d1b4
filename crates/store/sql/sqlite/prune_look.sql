-- CROSS JOIN keeps the order of the two: a page of records, then the job of each.
SELECT idempotency.scope, idempotency.job, job.ended_at < ?2 AND job.created_at < ?2
FROM idempotency CROSS JOIN job ON job.n = idempotency.job
WHERE idempotency.scope > ?1
ORDER BY idempotency.scope
LIMIT ?3
