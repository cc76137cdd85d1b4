UPDATE job SET
    phase = ?4,
    detail = ?5,
    -- A wish to cancel that came under the lease, and that the worker did not know yet, is looked at now.
    due = CASE WHEN NOT ?6 AND cancel_asked AND NOT ?7 THEN min(?8, ?9) ELSE ?8 END,
    phase_since = ?10,
    route = ?11,
    attempt = ?12,
    events = ?13,
    progress = ?14,
    cancel_asked = max(cancel_asked, ?7),
    cancel_sent = ?15,
    charged = ?16,
    ended_at = ?17,
    lease_node = CASE WHEN ?6 THEN lease_node END,
    lease_until = CASE WHEN ?6 THEN lease_until END
WHERE
    id = ?1
    AND epoch = ?2
    AND events = ?3
    AND ended_at IS NULL
    AND (lease_until IS NOT NULL OR phase = 'needs_operator')
RETURNING n, cancel_asked, parent
