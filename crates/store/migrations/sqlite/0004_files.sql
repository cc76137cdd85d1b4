-- Files that callers bring: uploads, and the contents of `data:` URIs, which go by themselves after a while.

-- `n` grows with each file: it sorts lists.
CREATE TABLE file (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 20),
    account INTEGER NOT NULL REFERENCES account (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    name TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'video', 'audio')),
    content_type TEXT NOT NULL,
    format TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    width INTEGER,
    height INTEGER,
    duration_ms INTEGER,
    created_at INTEGER NOT NULL,
    lapses_at INTEGER
) STRICT;

-- Every index ends with `n`, so this one lists an account's files, the newest first when read backwards.
CREATE INDEX file_of_account ON file (account, mode);

CREATE INDEX file_by_content ON file (account, mode, sha256, lapses_at);

CREATE INDEX file_lapsing ON file (lapses_at) WHERE lapses_at IS NOT NULL;

-- What an account's files take together. Kept by triggers, so that no upload adds up all that came before it.
CREATE TABLE file_total (
    account INTEGER PRIMARY KEY REFERENCES account (id),
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0)
) STRICT;

CREATE TRIGGER file_is_counted AFTER INSERT ON file
BEGIN
    INSERT INTO file_total (account, size_bytes) VALUES (NEW.account, NEW.size_bytes)
    ON CONFLICT (account) DO UPDATE SET size_bytes = size_bytes + NEW.size_bytes;
END;

CREATE TRIGGER file_is_discounted AFTER DELETE ON file
BEGIN
    UPDATE file_total SET size_bytes = size_bytes - OLD.size_bytes WHERE account = OLD.account;
END;
