SELECT entry.key, entry.kind, (SELECT id FROM job WHERE n = entry.job), entry.amount, entry.at
FROM entry
WHERE
    entry.credit = (SELECT n FROM book WHERE name = ?1)
    AND entry.kind IN ('topup', 'refund')
    AND (entry.at, entry.key) < (?2, ?3)
ORDER BY entry.at DESC, entry.key DESC
LIMIT ?4
