DROP TABLE member_tags;
DROP TABLE tags;
