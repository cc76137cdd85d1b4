UPDATE job SET due = ?2 WHERE n = ?1
