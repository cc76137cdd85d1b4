SELECT job.id
FROM attempt CROSS JOIN job ON job.n = attempt.job
WHERE
    attempt.provider_job = ?1
    AND attempt.provider = ?2
    AND attempt.credential = ?3
    AND NOT (job.id = ?4 AND attempt.no = ?5)
LIMIT 1
