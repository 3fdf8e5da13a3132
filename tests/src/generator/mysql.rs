//! What only MySQL and MariaDB have.

use migrate_schema::{Facet, IdentityKind};

use super::Kit;

pub(super) const KIT: Kit = Kit {
    types: &[
        "int",
        "bigint",
        "int unsigned",
        "varchar(20)",
        "varchar(50)",
        "decimal(10,2)",
    ],
    identity: IdentityKind::Auto,
    column: |random, column| {
        if random.one_in(5) {
            column.comment = Facet::Known(Some("it's a \\ comment".into()));
        }
    },
    table: |_, _| {},
    schema: |_, _| {},
};
