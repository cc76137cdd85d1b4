-- Providers' credentials, sealed: without the master key, which is no part of the database, nothing here tells a secret.

CREATE TABLE credential (
    provider TEXT NOT NULL CHECK (provider <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    weight INTEGER NOT NULL CHECK (weight >= 0),
    -- The numbers of the accounts it is for; empty for all that have none of their own.
    accounts TEXT NOT NULL CHECK (json_valid(accounts) AND json_type(accounts) = 'array'),
    wrapped_key BLOB NOT NULL,
    secret BLOB NOT NULL,
    callback_secret BLOB,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL CHECK (changed_at >= created_at),
    PRIMARY KEY (provider, name)
) STRICT, WITHOUT ROWID;
