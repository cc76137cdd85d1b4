-- All that are under way, and no others: the index holds nothing else.
UPDATE delivery SET due = ?1, lease_until = NULL WHERE lease_until IS NOT NULL AND endpoint > 0
