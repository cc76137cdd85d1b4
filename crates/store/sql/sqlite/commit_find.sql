SELECT n, cancel_asked, parent, events FROM job
WHERE
    id = ?1
    AND epoch = ?2
    AND ended_at IS NULL
    AND (lease_until IS NOT NULL OR phase = 'needs_operator')
