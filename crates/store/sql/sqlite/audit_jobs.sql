SELECT
    id, parent IS NOT NULL, ended_at IS NOT NULL, phase = 'needs_operator', wake, events, account, mode, price,
    (SELECT count(*) FROM entry
        WHERE entry.job = job.n AND kind IN ('hold', 'capture', 'release') AND (kind = 'hold') = 1),
    (SELECT count(*) FROM entry
        WHERE entry.job = job.n AND kind IN ('hold', 'capture', 'release') AND (kind = 'hold') = 0),
    (SELECT count(*) FROM event WHERE event.job = job.n),
    (SELECT coalesce(max(no), 0) FROM event WHERE event.job = job.n),
    key
FROM job
