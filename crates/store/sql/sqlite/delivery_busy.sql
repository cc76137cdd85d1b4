-- Receivers with something pending, by the index alone: as many steps as there are receivers, however long their queues.
WITH RECURSIVE busy (endpoint) AS (
    SELECT min(endpoint) FROM delivery WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(endpoint) FROM delivery WHERE state = 'pending' AND endpoint > busy.endpoint)
    FROM busy
    WHERE busy.endpoint IS NOT NULL
)
SELECT
    busy.endpoint,
    endpoint.paused_until,
    (SELECT min(due) FROM delivery WHERE state = 'pending' AND endpoint = busy.endpoint) AS first
FROM busy JOIN endpoint ON endpoint.n = busy.endpoint
