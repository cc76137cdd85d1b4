-- What a caller asks beside the work, and what a key may do.

ALTER TABLE job ADD COLUMN terms TEXT;

-- Keys made before there were permissions keep what they could do.
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT
    'models:read models:run jobs:read jobs:write files:write account:read webhooks:manage';

DROP VIEW whole_job;

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
    job.parent, job.terms
FROM job LEFT JOIN attempt ON attempt.job = job.n AND attempt.no = job.attempt;
