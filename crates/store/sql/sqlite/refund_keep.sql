INSERT INTO refund (key, job, reference, reason) VALUES (?1, ?2, ?3, ?4)
