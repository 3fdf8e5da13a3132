//! Names as a connection reads them: what is in its own schema goes without the schema's name.

use crate::{Name, Schema, Table};

impl Schema {
    /// The same schema with no schema in the names of what is in this one.
    ///
    /// ```
    /// use migrate_schema::{Name, Schema, Table};
    /// let schema = Schema::default().with(Table::new(Name::qualified("public", "members")));
    /// assert!(schema.seen_from("public").table(&Name::new("members")).is_some());
    /// ```
    #[must_use]
    pub fn seen_from(mut self, own: &str) -> Self {
        let bare = |name: &mut Name| _ = name.schema.take_if(|schema| schema == own);
        for table in &mut self.tables {
            seen(table, &bare);
        }
        if let Some(enums) = self.enums.value_mut() {
            enums.iter_mut().for_each(|of| bare(&mut of.name));
        }
        self.views.iter_mut().for_each(bare);
        self
    }
}

fn seen(table: &mut Table, bare: &impl Fn(&mut Name)) {
    bare(&mut table.name);
    table.renamed_from.iter_mut().for_each(bare);
    if let Some(keys) = table.foreign_keys.value_mut() {
        keys.iter_mut().for_each(|key| bare(&mut key.table));
    }
    for column in &mut table.columns {
        let of = column.sql_type.value_mut();
        if let Some((of, mut name)) =
            of.and_then(|of| of.user_name().cloned().map(|name| (of, name)))
        {
            bare(&mut name);
            *of = of.clone().renamed(name);
        }
    }
}
