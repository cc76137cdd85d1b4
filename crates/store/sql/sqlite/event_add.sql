INSERT INTO event (job, no, kind, detail, at) VALUES (?1, ?2, ?3, ?4, ?5)
