CREATE TABLE members (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(80) NOT NULL UNIQUE,
    mood ENUM ('sad', 'so so') NOT NULL,
    feeling ENUM ('sad', 'so so'),
    rights SET ('read', 'write') NOT NULL,
    born YEAR,
    is_here BOOLEAN NOT NULL,
    size BIGINT UNSIGNED NOT NULL
);
CREATE TABLE visits (
    floor INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    guest_id INTEGER,
    PRIMARY KEY (floor, member_id),
    FOREIGN KEY (member_id) REFERENCES members (id),
    FOREIGN KEY (guest_id) REFERENCES members (id)
);
CREATE TABLE totals (id INTEGER PRIMARY KEY, score SMALLINT NOT NULL, doubled INTEGER GENERATED ALWAYS AS (score * 2) STORED);
