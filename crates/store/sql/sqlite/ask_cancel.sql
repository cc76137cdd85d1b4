UPDATE job SET
    cancel_asked = 1,
    due = CASE WHEN lease_until IS NULL THEN min(due, ?2) ELSE due END
WHERE n = ?1 AND ended_at IS NULL
