DELETE FROM marks WHERE id = 3;
