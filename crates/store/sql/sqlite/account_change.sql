UPDATE account SET
    name = coalesce(?2, name),
    email = CASE WHEN ?3 THEN ?4 ELSE email END
WHERE id = ?1
