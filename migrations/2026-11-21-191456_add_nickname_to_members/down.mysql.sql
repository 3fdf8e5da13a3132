-- Takes back: add nickname to members

-- drop column members.nickname
-- loses data: what is in members.nickname
ALTER TABLE `members`
    DROP COLUMN `nickname`;
