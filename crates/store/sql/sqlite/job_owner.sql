SELECT account, mode, ended_at IS NOT NULL FROM job WHERE id = ?1
