-- Jobs admitted before the number that are not over. Walks the open ones, by the index that has no others: the plus keeps
-- the number from being searched for, which would walk all that are over.
SELECT * FROM reported_job
WHERE ended_at IS NULL AND +n < ?1 AND mode = ?2 AND parent IS NULL AND (?3 IS NULL OR account = ?3)
