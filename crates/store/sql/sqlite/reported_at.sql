-- The first job from this number on, and when it was admitted.
SELECT n, created_at FROM job WHERE n >= ?1 ORDER BY n LIMIT 1
