SELECT job.id, job.attempt
FROM job CROSS JOIN attempt ON attempt.job = job.n AND attempt.no = job.attempt
WHERE job.ended_at IS NULL AND attempt.provider = ?1 AND attempt.token = ?2
LIMIT 1
