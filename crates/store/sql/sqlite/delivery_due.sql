SELECT n, job, manner FROM delivery WHERE state = 'pending' AND endpoint = ?1 AND due <= ?2 ORDER BY due, n LIMIT ?3
