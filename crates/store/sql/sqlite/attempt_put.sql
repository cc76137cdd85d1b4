INSERT INTO attempt (
    job, no, provider, credential, token, body_sha256, send_deadline, result, provider_job, billed, trouble,
    started_at, ended_at
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (job, no) DO UPDATE SET
    send_deadline = excluded.send_deadline,
    result = excluded.result,
    provider_job = excluded.provider_job,
    billed = excluded.billed,
    trouble = excluded.trouble,
    ended_at = excluded.ended_at
-- Most steps leave the attempt as it is; then its page need not be written.
WHERE (send_deadline, result, provider_job, billed, trouble, ended_at) IS NOT (
    excluded.send_deadline, excluded.result, excluded.provider_job, excluded.billed, excluded.trouble,
    excluded.ended_at
)
