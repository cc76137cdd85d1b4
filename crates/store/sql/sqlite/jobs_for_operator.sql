SELECT * FROM whole_job
WHERE
    phase = 'needs_operator'
    AND n < CASE WHEN ?1 IS NULL THEN 9223372036854775807 ELSE coalesce((SELECT n FROM job WHERE id = ?1), 0) END
    AND (?2 IS NULL OR mode = ?2)
    AND (?3 IS NULL OR account = ?3)
    AND (?4 IS NULL OR model = ?4)
    AND (?6 IS NULL OR key = ?6)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM attempt WHERE job = whole_job.n AND attempt.provider = ?7))
    AND (?8 IS NULL OR created_at >= ?8)
    AND (?9 IS NULL OR created_at < ?9)
ORDER BY n DESC
LIMIT ?5
