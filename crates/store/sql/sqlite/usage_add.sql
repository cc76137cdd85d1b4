INSERT INTO usage (account, mode, key, day, model, jobs, succeeded, failed, canceled, charged, cost)
VALUES (?1, ?2, ?3, ?4, ?5, ?6 + ?7 + ?8, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (account, mode, key, day, model) DO UPDATE SET
    jobs = jobs + excluded.jobs,
    succeeded = succeeded + excluded.succeeded,
    failed = failed + excluded.failed,
    canceled = canceled + excluded.canceled,
    charged = charged + excluded.charged,
    cost = cost + excluded.cost
