-- By the keys that a job's entries have, each alone or followed by a number: an index by job would be written with
-- every entry, and this is seldom asked.
SELECT entry.key, entry.kind, loser.name, gainer.name, entry.amount, entry.at
FROM (
    VALUES ('hold'), ('capture'), ('rest'), ('release'), ('refund'), ('cost'), ('suspend'), ('absorb')
) AS kind
CROSS JOIN entry
    ON entry.key >= kind.column1 || ':' || ?1
    AND entry.key < kind.column1 || ':' || ?1 || ';'
CROSS JOIN book AS loser ON loser.n = entry.debit
CROSS JOIN book AS gainer ON gainer.n = entry.credit
ORDER BY entry.at, entry.kind <> 'hold', entry.key
