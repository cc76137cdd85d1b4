-- Jobs admitted before the number that took longer than a day and ended at the moment or later.
SELECT * FROM reported_job
WHERE
    ended_at >= ?1
    AND ended_at - created_at > 86400000
    AND +n < ?2
    AND mode = ?3
    AND parent IS NULL
    AND (?4 IS NULL OR account = ?4)
