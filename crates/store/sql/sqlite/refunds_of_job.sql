SELECT entry.kind, entry.amount, entry.at, refund.reason
FROM entry LEFT JOIN refund ON refund.key = entry.key
WHERE entry.key > ?1 AND entry.key < ?2
