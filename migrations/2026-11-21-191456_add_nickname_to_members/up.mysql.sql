-- add nickname to members

-- add column members.nickname
ALTER TABLE `members`
    ADD COLUMN `nickname` VARCHAR(60) NULL;
