//! migrate-schema
