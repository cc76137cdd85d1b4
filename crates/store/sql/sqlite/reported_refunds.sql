SELECT job, amount, at FROM entry
WHERE
    credit = (SELECT n FROM book WHERE name = ?1)
    AND at >= ?2
    AND at < ?3
    AND kind IN ('topup', 'refund')
    AND kind <> 'topup'
