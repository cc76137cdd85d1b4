INSERT INTO budget (key, day_max, month_max, total_max, held, spent)
SELECT
    api_key.id, ?2, ?3, ?4,
    -- Only open jobs are in this index.
    (SELECT coalesce(sum(job.price), 0) FROM job INDEXED BY job_open
        WHERE job.ended_at IS NULL AND job.parent IS NULL AND job.key = api_key.id
            AND job.account = api_key.account AND job.mode = api_key.mode),
    (SELECT coalesce(sum(usage.charged), 0) FROM usage
        WHERE usage.account = api_key.account AND usage.mode = api_key.mode AND usage.key = api_key.id)
FROM api_key
WHERE api_key.id = ?1
ON CONFLICT (key) DO UPDATE SET
    day_max = excluded.day_max,
    month_max = excluded.month_max,
    total_max = excluded.total_max,
    held = excluded.held,
    spent = excluded.spent
