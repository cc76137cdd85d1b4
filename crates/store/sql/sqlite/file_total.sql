SELECT coalesce((SELECT size_bytes FROM file_total WHERE account = ?1), 0)
