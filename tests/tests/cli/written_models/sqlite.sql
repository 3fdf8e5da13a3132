CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    email VARCHAR(80) NOT NULL UNIQUE,
    mood TEXT NOT NULL CHECK (mood IN ('sad', 'so so')),
    anything,
    odd GEOMETRY NOT NULL
);
CREATE TABLE visits (
    floor INTEGER NOT NULL,
    member_id INTEGER NOT NULL REFERENCES members,
    guest_id INTEGER REFERENCES members,
    PRIMARY KEY (floor, member_id)
) WITHOUT ROWID;
CREATE TABLE totals (id INTEGER PRIMARY KEY, score SMALLINT NOT NULL, doubled INTEGER GENERATED ALWAYS AS (score * 2) STORED);
