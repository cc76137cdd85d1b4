DELETE FROM asset WHERE id = ?1 AND (SELECT account FROM job WHERE n = asset.job) = ?2
