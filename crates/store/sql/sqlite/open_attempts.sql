SELECT job.id, attempt.provider, attempt.credential
FROM job CROSS JOIN attempt ON attempt.job = job.n AND attempt.no = job.attempt
WHERE job.ended_at IS NULL AND job.mode = 'live' AND attempt.ended_at IS NULL
