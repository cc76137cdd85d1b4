SELECT n, endpoint, job, manner FROM delivery WHERE id = ?1
