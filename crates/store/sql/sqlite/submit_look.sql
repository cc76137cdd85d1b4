SELECT available.amount, held.holds, account.open_jobs_max,
    EXISTS (SELECT 1 FROM budget WHERE budget.key = ?4)
FROM account CROSS JOIN book AS available CROSS JOIN book AS held
WHERE account.id = ?1 AND available.name = ?2 AND held.name = ?3
