SELECT id FROM delivery WHERE n = ?1
