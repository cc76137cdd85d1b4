-- Jobs whose current attempt is or may be at the provider; one that is queued again starts anew with any credential.
SELECT count(*)
FROM job CROSS JOIN attempt ON attempt.job = job.n AND attempt.no = job.attempt
WHERE job.ended_at IS NULL AND job.phase <> 'queued' AND attempt.provider = ?1 AND attempt.credential = ?2
