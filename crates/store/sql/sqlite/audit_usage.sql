SELECT account, mode, sum(jobs), sum(charged), sum(cost) FROM usage GROUP BY account, mode
