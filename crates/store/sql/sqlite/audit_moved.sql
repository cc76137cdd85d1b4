SELECT job.account, job.mode, entry.kind, entry.amount
FROM entry CROSS JOIN job ON job.n = entry.job
WHERE entry.kind IN ('capture', 'refund', 'cost')
