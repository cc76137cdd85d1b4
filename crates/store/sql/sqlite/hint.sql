SELECT job.n, job.id, job.due
FROM attempt CROSS JOIN job ON job.n = attempt.job
WHERE attempt.provider_job = ?1 AND attempt.provider = ?2 AND attempt.no = job.attempt AND job.phase = 'running'
LIMIT 1
