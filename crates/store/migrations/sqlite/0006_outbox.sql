-- Webhooks: who hears, what is to be told, and how it went (docs: INVARIANTS, 5).

-- A receiver. A registered endpoint has an id; a row without one stands for the host that an account's callbacks go to,
-- so that a dead host is spared like a dead endpoint.
CREATE TABLE endpoint (
    n INTEGER PRIMARY KEY,
    id BLOB UNIQUE CHECK (length(id) = 20),
    account INTEGER NOT NULL REFERENCES account (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    description TEXT NOT NULL,
    secret INTEGER NOT NULL CHECK (secret >= 0),
    secret_since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER,
    disabled_at INTEGER,
    disabled_why TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    paused_until INTEGER,
    CHECK ((disabled_at IS NULL) = (disabled_why IS NULL)),
    CHECK (id IS NOT NULL OR (disabled_at IS NULL AND removed_at IS NULL))
) STRICT;

CREATE INDEX endpoint_of_account ON endpoint (account, mode) WHERE id IS NOT NULL AND removed_at IS NULL;

CREATE UNIQUE INDEX endpoint_of_callbacks ON endpoint (account, mode, url) WHERE id IS NULL;

-- One message to one receiver. `due` is the next moment to look at it, also while somebody is at it: a lease that
-- lapses makes it due.
CREATE TABLE delivery (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 20),
    endpoint INTEGER NOT NULL REFERENCES endpoint (n),
    account INTEGER NOT NULL,
    mode TEXT NOT NULL,
    job INTEGER REFERENCES job (n),
    message TEXT NOT NULL,
    news TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    manner TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'dropped')),
    due INTEGER,
    lease_until INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((state = 'pending') = (due IS NOT NULL)),
    CHECK (state = 'pending' OR lease_until IS NULL)
) STRICT;

-- The same news is told to the same receiver once, however often its step is written.
CREATE UNIQUE INDEX delivery_of_message ON delivery (endpoint, message);

CREATE INDEX delivery_pending ON delivery (endpoint, due) WHERE state = 'pending';

CREATE INDEX delivery_under_way ON delivery (endpoint) WHERE lease_until IS NOT NULL;

CREATE INDEX delivery_of_account ON delivery (account, mode);

CREATE INDEX delivery_of_job ON delivery (job) WHERE job IS NOT NULL;

CREATE INDEX delivery_over ON delivery (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE delivery_try (
    delivery INTEGER NOT NULL REFERENCES delivery (n),
    no INTEGER NOT NULL CHECK (no >= 1),
    at INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    status INTEGER,
    trouble TEXT,
    answer TEXT NOT NULL,
    PRIMARY KEY (delivery, no)
) STRICT, WITHOUT ROWID;

-- An account's secret for callbacks. Versions go on counting where it was taken away.
CREATE TABLE callback_secret (
    account INTEGER NOT NULL REFERENCES account (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    version INTEGER NOT NULL CHECK (version >= 1),
    since INTEGER NOT NULL,
    dropped INTEGER NOT NULL CHECK (dropped IN (0, 1)),
    PRIMARY KEY (account, mode)
) STRICT, WITHOUT ROWID;

-- A delivery as lists show it.
CREATE VIEW whole_delivery AS
SELECT
    delivery.n, delivery.id, delivery.message, endpoint.id AS endpoint_id,
    (SELECT job.id FROM job WHERE job.n = delivery.job) AS job_id,
    delivery.news, delivery.sequence, delivery.state, delivery.due, delivery.tries, delivery.created_at,
    delivery.ended_at, delivery.account, delivery.mode, delivery.job, delivery.endpoint, delivery.manner
FROM delivery JOIN endpoint ON endpoint.n = delivery.endpoint;
