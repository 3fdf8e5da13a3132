-- The same words on every backend: a tag is its label, so no key has to be made up.
CREATE TABLE tags (
    label VARCHAR(40) PRIMARY KEY NOT NULL
);

CREATE TABLE member_tags (
    member_id INTEGER NOT NULL,
    tag VARCHAR(40) NOT NULL,
    PRIMARY KEY (member_id, tag),
    CONSTRAINT member_tags_member FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT member_tags_tag FOREIGN KEY (tag) REFERENCES tags (label) ON DELETE CASCADE
);
