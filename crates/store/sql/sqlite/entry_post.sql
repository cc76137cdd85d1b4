INSERT INTO entry (key, kind, job, debit, credit, amount, at)
VALUES (
    ?1, ?2, ?3, (SELECT n FROM book WHERE name = ?4), (SELECT n FROM book WHERE name = ?5), ?6, ?7
)
ON CONFLICT (key) DO NOTHING
