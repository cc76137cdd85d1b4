SELECT budget.day_max, budget.month_max, budget.total_max, budget.held, budget.spent, api_key.account, api_key.mode
FROM budget CROSS JOIN api_key ON api_key.id = budget.key
WHERE budget.key = ?1
