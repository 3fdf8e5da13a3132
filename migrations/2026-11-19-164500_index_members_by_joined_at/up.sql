CREATE INDEX members_joined_at ON members (joined_at);
