//! Domains as what they stand for.

use std::collections::HashMap;

use migrate_schema::{Dialect, Facet, Name, Schema, Type};

use super::InspectError;
use crate::backend::Server;

const DOMAINS: &str = "\
    SELECT n.nspname::text, t.typname::text, format_type(t.typbasetype, t.typtypmod), t.typnotnull::text, \
      (pg_type_is_visible(t.oid))::text \
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
    WHERE t.typtype = 'd' AND n.nspname NOT IN ('pg_catalog', 'information_schema')";

/// Puts the types of domains in the place of their names.
pub(in super::super) fn without_domains(
    server: &mut dyn Server,
    schema: &mut Schema,
) -> Result<(), InspectError> {
    let rows = server
        .rows(DOMAINS)
        .map_err(super::refused("the domains"))?;
    let mut domains = HashMap::new();
    for row in &rows {
        let (of, name) = (row.text_or_empty(0), row.text_or_empty(1));
        let stands_for = Type::parse(Dialect::Postgres, row.text_or_empty(2)).map_err(|error| {
            InspectError::Type {
                column: name.to_owned(),
                error,
            }
        })?;
        let found = (stands_for, row.text_or_empty(3) == "true");
        if row.text_or_empty(4) == "true" {
            domains.insert(Name::new(name), found.clone());
        }
        domains.insert(Name::qualified(of, name), found);
    }
    let columns = schema
        .tables
        .iter_mut()
        .flat_map(|table| &mut table.columns);
    for column in columns {
        let Some(of) = column
            .sql_type
            .value()
            .filter(|of| of.user_name().is_some())
        else {
            continue;
        };
        // A domain may stand for another one.
        let mut of = of.clone();
        while let Some((stands_for, not_null)) = of.user_name().and_then(|name| domains.get(name)) {
            if *not_null && of.dimensions() == 0 {
                column.nullable = Facet::Known(false);
            }
            of = (0..of.dimensions()).fold(stands_for.clone(), |of, _| of.array());
        }
        column.sql_type = Facet::Known(of);
    }
    Ok(())
}
