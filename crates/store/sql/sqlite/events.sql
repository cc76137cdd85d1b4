SELECT no, kind, detail, at FROM event WHERE job = (SELECT n FROM job WHERE id = ?1) AND no > ?2 ORDER BY no
