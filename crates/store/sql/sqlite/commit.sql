UPDATE job SET
    phase = ?2,
    detail = ?3,
    -- A wish to cancel that came under the lease, and that the worker did not know yet, is looked at now.
    due = CASE WHEN NOT ?4 AND cancel_asked AND NOT ?5 THEN min(?6, ?7) ELSE ?6 END,
    phase_since = ?8,
    route = ?9,
    attempt = ?10,
    events = ?11,
    progress = ?12,
    cancel_asked = max(cancel_asked, ?5),
    cancel_sent = ?13,
    charged = ?14,
    ended_at = ?15,
    lease_node = CASE WHEN ?4 THEN lease_node END,
    lease_until = CASE WHEN ?4 THEN lease_until END
WHERE n = ?1
