-- Walks the jobs by admission: looking for a rare phase or model reads all that lie between.
SELECT * FROM whole_job
WHERE
    parent IS NULL
    AND n < CASE WHEN ?1 IS NULL THEN 9223372036854775807 ELSE coalesce((SELECT n FROM job WHERE id = ?1), 0) END
    AND (?2 IS NULL OR mode = ?2)
    AND (?3 IS NULL OR phase = ?3)
    AND (?4 IS NULL OR model = ?4)
ORDER BY n DESC
LIMIT ?5
