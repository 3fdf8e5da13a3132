INSERT INTO people VALUES (3, 'zoe', NULL);
