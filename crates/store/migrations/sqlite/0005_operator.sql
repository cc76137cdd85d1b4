-- What an operator knows of accounts, sets for keys, and did.

ALTER TABLE account ADD COLUMN email TEXT;

-- How many requests the key may make, where that is not left to the server's setting: both or neither.
ALTER TABLE api_key ADD COLUMN rate_per_second INTEGER CHECK (rate_per_second >= 1);

ALTER TABLE api_key ADD COLUMN rate_burst INTEGER CHECK (
    (rate_burst IS NULL) = (rate_per_second IS NULL) AND coalesce(rate_burst, 1) >= 1
);

-- Few jobs are ever in it.
CREATE INDEX job_for_operator ON job (phase) WHERE phase = 'needs_operator';

CREATE TABLE operator_log (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

CREATE TRIGGER operator_log_is_never_changed BEFORE UPDATE ON operator_log
BEGIN
    SELECT raise(ABORT, 'the operator''s log is never changed');
END;

CREATE TRIGGER operator_log_is_never_shortened BEFORE DELETE ON operator_log
BEGIN
    SELECT raise(ABORT, 'the operator''s log is never shortened');
END;
