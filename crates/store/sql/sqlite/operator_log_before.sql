-- A kind stands for all that begin with it: `key` for `key.create`, `account` for `account:7`.
SELECT n, at, actor, action, subject, detail FROM operator_log
WHERE
    n < coalesce(?1, 9223372036854775807)
    AND (?3 IS NULL OR action = ?3 OR substr(action, 1, length(?3) + 1) = ?3 || '.')
    AND (?4 IS NULL OR subject = ?4 OR substr(subject, 1, length(?4) + 1) IN (?4 || ':', ?4 || '/'))
    AND (?5 IS NULL OR actor = ?5)
    AND (?6 IS NULL OR at >= ?6)
    AND (?7 IS NULL OR at < ?7)
ORDER BY n DESC
LIMIT ?2
