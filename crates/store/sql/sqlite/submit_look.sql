-- Each look by itself: joined, SQLite compiles the statement anew whenever other names are bound.
SELECT
    (SELECT amount FROM book WHERE name = ?2),
    (SELECT holds FROM book WHERE name = ?3),
    open_jobs_max,
    EXISTS (SELECT 1 FROM budget WHERE key = ?4)
FROM account
WHERE id = ?1
