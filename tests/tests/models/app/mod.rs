//! The models of an app, as its own code would have them: tables in modules of their own that refer to each other.

pub(crate) mod audit;
pub(crate) mod orgs;
pub(crate) mod people;
pub(crate) mod postgres;

/// Tables that no key links are in one query only if the app says so.
mod together {
    use super::orgs::{memberships, places};
    diesel::allow_tables_to_appear_in_same_query!(memberships, places);
}
