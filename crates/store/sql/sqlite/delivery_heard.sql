-- Whether an account has any endpoint that is not removed. Nearly none has, and then nothing is written for one.
SELECT EXISTS (
    SELECT 1 FROM endpoint WHERE account = ?1 AND mode = ?2 AND id IS NOT NULL AND removed_at IS NULL
)
