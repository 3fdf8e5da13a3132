DROP INDEX members_joined_at;
