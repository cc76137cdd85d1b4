SELECT
    asset.id, job.account, job.id, asset.content_type, asset.inline, asset.format, asset.size_bytes, asset.sha256,
    asset.created_at
FROM asset CROSS JOIN job ON job.n = asset.job
WHERE asset.id = ?1
