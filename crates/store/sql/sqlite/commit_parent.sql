UPDATE job SET due = min(coalesce(due, ?2), ?2)
WHERE
    n = ?1
    AND ended_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM job AS part WHERE part.parent = ?1 AND part.ended_at IS NULL)
