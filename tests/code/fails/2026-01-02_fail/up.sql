INSERT INTO notes VALUES (10, 'of the script');
