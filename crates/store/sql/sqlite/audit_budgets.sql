SELECT budget.key, budget.held, budget.spent,
    (SELECT coalesce(sum(usage.charged), 0) FROM usage
        WHERE usage.account = api_key.account AND usage.mode = api_key.mode AND usage.key = api_key.id)
FROM budget CROSS JOIN api_key ON api_key.id = budget.key
