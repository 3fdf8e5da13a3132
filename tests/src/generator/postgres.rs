//! What only PostgreSQL has.

use migrate_schema::{Facet, IdentityKind};

use super::Kit;

pub(super) const KIT: Kit = Kit {
    types: &[
        "integer",
        "bigint",
        "text",
        "varchar(20)",
        "varchar(50)",
        "numeric(10,2)",
        "numeric(12,4)",
    ],
    identity: IdentityKind::ByDefault,
    column: |random, column| {
        if random.one_in(5) {
            column.comment = Facet::Known(Some("it's a \\ comment".into()));
        }
    },
    table: |_, _| {},
    schema: |_, schema| schema.enums = Facet::Known(Vec::new()),
};
