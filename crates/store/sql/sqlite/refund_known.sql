SELECT refund.key, entry.amount
FROM refund CROSS JOIN entry ON entry.key = refund.key
WHERE refund.job = ?1 AND refund.reference = ?2
