SELECT 1 FROM attempt WHERE provider_job = ?1 AND provider = ?2 AND credential = ?3
