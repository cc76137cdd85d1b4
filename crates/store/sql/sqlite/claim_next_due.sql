SELECT wake FROM job
WHERE ended_at IS NULL AND wake IS NOT NULL AND account NOT IN (SELECT value FROM json_each(?1))
ORDER BY wake
LIMIT 1
