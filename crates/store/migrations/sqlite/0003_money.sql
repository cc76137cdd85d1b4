-- Money beyond the single job: usage, budgets, bounded queues, reasons of refunds.

-- How many jobs may be open in one mode, where that is not the server's usual number; 0: any number.
ALTER TABLE account ADD COLUMN open_jobs_max INTEGER CHECK (open_jobs_max >= 0);

-- How many holds a customer's `held` book has, which is how many of its jobs are open. The row is written with every
-- hold and every resolution anyway.
ALTER TABLE book ADD COLUMN holds INTEGER NOT NULL DEFAULT 0 CHECK (holds >= 0);

UPDATE book SET holds = open.holds
FROM (
    SELECT 'held:' || account || ':' || mode AS name, count(*) AS holds
    FROM job
    WHERE ended_at IS NULL AND parent IS NULL
    GROUP BY account, mode
) AS open
WHERE book.name = open.name;

DROP TRIGGER entry_moves_its_amount;

-- Balances move with entries and with nothing else (M9); an overdraft fails the entry (M2).
CREATE TRIGGER entry_moves_its_amount AFTER INSERT ON entry
BEGIN
    UPDATE book SET amount = amount - NEW.amount, holds = holds - (NEW.kind IN ('capture', 'release'))
    WHERE n = NEW.debit;
    UPDATE book SET amount = amount + NEW.amount, holds = holds + (NEW.kind = 'hold') WHERE n = NEW.credit;
END;

-- What was made and charged, by the day it ended on. `charged` is captures minus refunds, so it may fall below zero.
CREATE TABLE usage (
    account INTEGER NOT NULL REFERENCES account (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    key TEXT NOT NULL,
    day INTEGER NOT NULL,
    model TEXT NOT NULL,
    jobs INTEGER NOT NULL CHECK (jobs = succeeded + failed + canceled),
    succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    canceled INTEGER NOT NULL,
    charged INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (account, mode, key, day, model)
) STRICT, WITHOUT ROWID;

-- What ended before there was such a table.
INSERT INTO usage (account, mode, key, day, model, jobs, succeeded, failed, canceled, charged, cost)
SELECT account, mode, key, day, model, sum(jobs), sum(succeeded), sum(failed), sum(canceled), sum(charged), sum(cost)
FROM (
    SELECT
        account, mode, key, ended_at / 86400000 AS day, model, 1 AS jobs, phase = 'succeeded' AS succeeded,
        phase = 'failed' AS failed, phase = 'canceled' AS canceled, 0 AS charged, 0 AS cost
    FROM job
    WHERE ended_at IS NOT NULL AND parent IS NULL
    UNION ALL
    SELECT
        job.account, job.mode, job.key, entry.at / 86400000, job.model, 0, 0, 0, 0,
        CASE entry.kind WHEN 'capture' THEN entry.amount WHEN 'refund' THEN -entry.amount ELSE 0 END,
        CASE entry.kind WHEN 'cost' THEN entry.amount ELSE 0 END
    FROM entry CROSS JOIN job ON job.n = entry.job
    WHERE entry.kind IN ('capture', 'refund', 'cost')
)
GROUP BY account, mode, key, day, model;

-- Only keys that have a budget have a row. `held` is what their open jobs hold, `spent` their usage of all time.
CREATE TABLE budget (
    key TEXT PRIMARY KEY REFERENCES api_key (id),
    day_max INTEGER CHECK (day_max >= 0),
    month_max INTEGER CHECK (month_max >= 0),
    total_max INTEGER CHECK (total_max >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    spent INTEGER NOT NULL,
    CHECK (day_max IS NOT NULL OR month_max IS NOT NULL OR total_max IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Why a refund was given, under the key of its entry.
CREATE TABLE refund (
    key TEXT PRIMARY KEY REFERENCES entry (key),
    job INTEGER NOT NULL REFERENCES job (n),
    reference TEXT,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX refund_of_reference ON refund (job, reference) WHERE reference IS NOT NULL;

-- An account's top-ups and refunds by time. Entries of jobs' own steps are not in it and pay nothing for it.
CREATE INDEX entry_of_credit ON entry (credit, at) WHERE kind IN ('topup', 'refund');
