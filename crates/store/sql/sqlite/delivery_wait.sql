UPDATE delivery SET due = ?2 WHERE n = ?1
