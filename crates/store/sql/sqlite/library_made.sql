SELECT detail ->> '$.done.succeeded[0].kind' FROM job WHERE n = ?1
