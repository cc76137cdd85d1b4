SELECT job.n, job.key, job.model,
    (SELECT amount FROM entry WHERE entry.key = ?4),
    (SELECT coalesce(sum(amount), 0) FROM entry WHERE entry.key > ?5 AND entry.key < ?6),
    (SELECT count(*) FROM entry WHERE entry.key > ?5 AND entry.key < ?6)
FROM job
WHERE job.id = ?1 AND job.account = ?2 AND job.mode = ?3 AND job.parent IS NULL
