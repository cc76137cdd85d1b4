SELECT available.amount, held.holds, account.open_jobs_max
FROM account CROSS JOIN book AS available CROSS JOIN book AS held
WHERE account.id = ?1 AND available.name = ?2 AND held.name = ?3
