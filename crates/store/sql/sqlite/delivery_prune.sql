DELETE FROM delivery WHERE n IN (SELECT n FROM delivery WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)
