SELECT n, at, actor, action, subject, detail FROM operator_log
WHERE n < coalesce(?1, 9223372036854775807)
ORDER BY n DESC
LIMIT ?2
