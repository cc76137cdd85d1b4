SELECT
    no, provider, credential, token, body_sha256, send_deadline, result, provider_job, billed, trouble,
    started_at, ended_at
FROM attempt
WHERE job = (SELECT n FROM job WHERE id = ?1)
ORDER BY no
