SELECT n, due FROM job
WHERE id = ?1 AND attempt = ?2 AND phase IN ('running', 'reconciling')
