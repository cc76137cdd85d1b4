-- Jobs admitted before the number that are not over: walks the open ones.
SELECT * FROM reported_job
WHERE ended_at IS NULL AND n < ?1 AND mode = ?2 AND parent IS NULL AND (?3 IS NULL OR account = ?3)
