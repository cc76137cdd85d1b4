-- A claim passes over the jobs of accounts whose share of the workers is used up, without looking at their rows.

DROP INDEX job_open;

-- Only open jobs are in it, so that no claim pays for finished ones.
CREATE INDEX job_open ON job (wake, account) WHERE ended_at IS NULL;
