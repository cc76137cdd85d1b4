INSERT INTO operator_log (at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)
