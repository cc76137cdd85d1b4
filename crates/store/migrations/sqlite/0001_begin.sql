-- The first schema. It repeats the invariants that a row or a pair of rows can show (docs: INVARIANTS, 1 and 2).
-- Phases and modes are words, so that a person with a database shell can read the rows.

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    last4 TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_of_account ON api_key (account, created_at);

-- `n` is a small name for the job in the rows that belong to it, and grows with admission: it sorts lists.
-- `wake` is the moment from which a claim may take the job: when it is due and nobody's lease is alive.
CREATE TABLE job (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 20),
    account INTEGER NOT NULL REFERENCES account (id),
    phase TEXT NOT NULL CHECK (
        phase IN (
            'queued', 'submitting', 'running', 'storing', 'reconciling', 'needs_operator',
            'succeeded', 'failed', 'canceled'
        )
    ),
    due INTEGER,
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    lease_node BLOB,
    lease_until INTEGER,
    phase_since INTEGER NOT NULL,
    route INTEGER NOT NULL,
    attempt INTEGER,
    events INTEGER NOT NULL CHECK (events >= 1),
    progress INTEGER,
    cancel_asked INTEGER NOT NULL CHECK (cancel_asked IN (0, 1)),
    cancel_sent INTEGER NOT NULL CHECK (cancel_sent IN (0, 1)),
    charged INTEGER CHECK (charged >= 0),
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    parent INTEGER REFERENCES job (n),
    part INTEGER NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    count INTEGER NOT NULL CHECK (count >= 1),
    price INTEGER NOT NULL CHECK (price >= 0),
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    model TEXT NOT NULL,
    model_asked TEXT NOT NULL,
    detail TEXT,
    params TEXT NOT NULL,
    wake INTEGER AS (
        CASE
            WHEN phase = 'needs_operator' THEN NULL
            WHEN lease_until IS NULL THEN due
            ELSE max(coalesce(due, lease_until), lease_until)
        END
    ) VIRTUAL,
    CHECK ((phase IN ('succeeded', 'failed', 'canceled')) = (ended_at IS NOT NULL)),
    CHECK ((lease_node IS NULL) = (lease_until IS NULL)),
    -- A job that is over has no next action; every other has one (J3).
    CHECK (ended_at IS NULL OR (due IS NULL AND lease_until IS NULL)),
    CHECK (ended_at IS NOT NULL OR phase = 'needs_operator' OR due IS NOT NULL OR lease_until IS NOT NULL)
) STRICT;

-- Only open jobs are in it, so that no claim pays for finished ones.
CREATE INDEX job_open ON job (wake) WHERE ended_at IS NULL;

-- Every index ends with `n`, so this one lists an account's jobs by admission.
CREATE INDEX job_of_account ON job (account, mode) WHERE parent IS NULL;

CREATE UNIQUE INDEX job_part ON job (parent, part) WHERE parent IS NOT NULL;

CREATE TABLE attempt (
    job INTEGER NOT NULL REFERENCES job (n),
    no INTEGER NOT NULL CHECK (no >= 1),
    provider TEXT NOT NULL,
    credential TEXT NOT NULL,
    token TEXT NOT NULL,
    body_sha256 BLOB NOT NULL CHECK (length(body_sha256) = 32),
    send_deadline INTEGER NOT NULL,
    result TEXT CHECK (
        result IN ('accepted', 'rejected', 'not_sent', 'unknown', 'not_accepted', 'written_off')
    ),
    provider_job TEXT,
    billed INTEGER CHECK (billed >= 0),
    trouble TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (job, no)
) STRICT, WITHOUT ROWID;

-- U8. The provider's id comes first, because callbacks know it and not the credential.
CREATE UNIQUE INDEX attempt_at_provider ON attempt (provider_job, provider, credential)
WHERE provider_job IS NOT NULL;

CREATE TABLE event (
    job INTEGER NOT NULL REFERENCES job (n),
    no INTEGER NOT NULL CHECK (no >= 1),
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (job, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    scope BLOB PRIMARY KEY CHECK (length(scope) = 32),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    job INTEGER NOT NULL REFERENCES job (n)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset (
    id BLOB PRIMARY KEY CHECK (length(id) = 20),
    job INTEGER NOT NULL REFERENCES job (n),
    content_type TEXT NOT NULL,
    inline INTEGER NOT NULL CHECK (inline IN (0, 1)),
    format TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An account of the books, with its balance. Customers' accounts are bounded: never below zero (M2).
CREATE TABLE book (
    n INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    bounded INTEGER NOT NULL CHECK (bounded IN (0, 1)),
    amount INTEGER NOT NULL CHECK (bounded = 0 OR amount >= 0)
) STRICT;

-- One amount moves from `debit` to `credit`, so every entry sums to zero by its shape (M1).
CREATE TABLE entry (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (
        kind IN ('topup', 'hold', 'capture', 'rest', 'release', 'refund', 'cost', 'suspend', 'absorb')
    ),
    job INTEGER REFERENCES job (n),
    debit INTEGER NOT NULL REFERENCES book (n),
    credit INTEGER NOT NULL REFERENCES book (n),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    at INTEGER NOT NULL,
    CHECK (debit <> credit),
    CHECK (job IS NOT NULL OR kind = 'topup')
) STRICT, WITHOUT ROWID;

-- One hold per job, and one resolution: captured or released, never both (M4).
CREATE UNIQUE INDEX entry_of_hold ON entry (job, (kind = 'hold')) WHERE kind IN ('hold', 'capture', 'release');

-- Balances move with entries and with nothing else (M9); an overdraft fails the entry (M2).
CREATE TRIGGER entry_moves_its_amount AFTER INSERT ON entry
BEGIN
    UPDATE book SET amount = amount - NEW.amount WHERE n = NEW.debit;
    UPDATE book SET amount = amount + NEW.amount WHERE n = NEW.credit;
END;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT raise(ABORT, 'M4: entries are never changed');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT raise(ABORT, 'M4: entries are never deleted');
END;

-- Keys are `refund:<job>:<n>` and `capture:<job>`; a job's text has 32 characters.
CREATE TRIGGER refunds_stay_within_the_capture BEFORE INSERT ON entry
WHEN NEW.kind = 'refund' AND NOT EXISTS (SELECT 1 FROM entry WHERE key = NEW.key)
BEGIN
    SELECT raise(ABORT, 'M6: refunds would exceed the capture')
    WHERE NEW.amount
        + coalesce((SELECT sum(amount) FROM entry
            WHERE key > substr(NEW.key, 1, 40) AND key < substr(NEW.key, 1, 39) || ';'), 0)
        > coalesce((SELECT amount FROM entry WHERE key = 'capture:' || substr(NEW.key, 8, 32)), 0);
END;

-- A job with its last attempt, in the order in which the program reads the columns.
CREATE VIEW whole_job AS
SELECT
    job.n, job.id, job.account, job.key, job.mode, job.label, job.model, job.model_asked, job.params, job.count,
    job.price, job.phase, job.detail, job.due, job.phase_since, job.epoch, job.route, job.events, job.progress,
    job.cancel_asked, job.cancel_sent, job.charged,
    (SELECT whole.id FROM job AS whole WHERE whole.n = job.parent) AS parent_id,
    job.part, job.created_at, job.ended_at,
    attempt.no, attempt.provider, attempt.credential, attempt.token, attempt.body_sha256, attempt.send_deadline,
    attempt.result, attempt.provider_job, attempt.billed, attempt.trouble, attempt.started_at,
    attempt.ended_at AS attempt_ended_at,
    job.parent
FROM job LEFT JOIN attempt ON attempt.job = job.n AND attempt.no = job.attempt;

-- The books that are not a customer's. A provider's is made with its first entry.
INSERT INTO book (name, bounded, amount)
SELECT kind.column1 || ':' || mode.column1, 0, 0
FROM (VALUES ('funding'), ('revenue'), ('cost'), ('suspense'), ('absorbed')) AS kind,
    (VALUES ('live'), ('test')) AS mode;
