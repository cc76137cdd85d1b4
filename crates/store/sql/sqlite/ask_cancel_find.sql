SELECT n, ended_at IS NOT NULL FROM job WHERE id = ?1 AND account = ?2 AND mode = ?3
