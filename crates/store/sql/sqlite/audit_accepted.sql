SELECT job.id, attempt.no
FROM attempt CROSS JOIN job ON job.n = attempt.job
WHERE attempt.result = 'accepted' AND job.ended_at IS NOT NULL
