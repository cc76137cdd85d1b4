-- The next account that has usage: one look at the order of usage, however much of it there is.
SELECT account FROM usage WHERE account > ?1 ORDER BY account LIMIT 1
