INSERT INTO delivery (id, endpoint, account, mode, job, message, news, sequence, manner, state, due, created_at)
VALUES (randomblob(20), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?9)
ON CONFLICT (message, endpoint) DO NOTHING
