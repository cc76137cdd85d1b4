-- What happened while an endpoint was switched off is kept for a replay.
INSERT INTO delivery (id, endpoint, account, mode, job, message, news, sequence, state, due, created_at, ended_at)
SELECT
    randomblob(20), n, account, mode, ?3, ?4, ?5, ?6,
    CASE WHEN disabled_at IS NULL THEN 'pending' ELSE 'failed' END,
    CASE WHEN disabled_at IS NULL THEN ?7 END,
    ?7,
    CASE WHEN disabled_at IS NOT NULL THEN ?7 END
FROM endpoint
WHERE
    account = ?1 AND mode = ?2 AND id IS NOT NULL AND removed_at IS NULL
    AND instr(' ' || events || ' ', ' ' || ?5 || ' ') > 0
ON CONFLICT (message, endpoint) DO NOTHING
