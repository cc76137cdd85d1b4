-- What the operator's reports read.

-- Reports find the jobs of some days by their admission; few take longer than a day, and only those are in here. The
-- steps of all others pay nothing for it but the comparison.
CREATE INDEX job_long ON job (ended_at) WHERE ended_at - created_at > 86400000;

-- A job beside each of its attempts, in the order in which the program reads the columns.
CREATE VIEW reported_job AS
SELECT
    job.n, job.id, job.account, job.key, job.model, job.phase, min(job.charged, job.price) AS captured, job.ended_at,
    CASE WHEN job.phase = 'failed' THEN job.detail END AS failure,
    attempt.no, attempt.provider, attempt.result, attempt.no = job.attempt AS is_last, attempt.started_at,
    attempt.ended_at AS attempt_ended_at,
    job.mode, job.parent, job.part, job.created_at
FROM job LEFT JOIN attempt ON attempt.job = job.n;
