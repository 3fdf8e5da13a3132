DELETE FROM people WHERE initial = 'gone';
