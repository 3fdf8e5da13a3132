//! One table as a struct: its attributes, and those of its fields.

use super::models::Writer;
use super::names::columns;
use super::rust_type::{FieldType, field_type};
use crate::{Column, Dialect, Expression, IdentityKind, Name, Sequence, Table};

/// A struct, ready to be written.
pub(super) struct Struct {
    pub(super) text: String,
    /// The Rust types of its fields.
    pub(super) types: Vec<String>,
    /// The types that Diesel has to be told of: in Rust, and in the database.
    pub(super) missing: Vec<(String, Name)>,
}

/// What a struct is made of while it is put together.
pub(super) struct Parts<'a> {
    pub(super) writer: &'a Writer<'a>,
    pub(super) table: &'a Table,
    /// The columns as Rust calls them.
    pub(super) idents: Vec<String>,
    /// The attributes of the struct.
    pub(super) own: Vec<String>,
    /// The attributes of each field.
    pub(super) fields: Vec<Vec<String>>,
    /// What attributes cannot say.
    pub(super) notes: Vec<String>,
}

impl Struct {
    /// The struct of a table, or why there can be none.
    pub(super) fn of(writer: &Writer<'_>, table: &Table, ident: &str) -> Result<Self, String> {
        let key = table.primary_key.get().ok_or("it has no primary key")?;
        let module = &writer.modules[&table.name];
        let mut parts = Parts {
            writer,
            table,
            idents: columns(table, module),
            own: Vec::new(),
            fields: vec![Vec::new(); table.columns.len()],
            notes: Vec::new(),
        };
        let sole = |column: &Column| key.columns == [column.name.clone()];
        let types: Vec<_> = table
            .columns
            .iter()
            .map(|column| parts.rust_type(column, sole(column)))
            .collect();
        parts.name(module);
        parts.columns(&types);
        parts.primary_key(&key.columns, key.name.known());
        parts.uniques();
        parts.indexes();
        parts.checks();
        parts.foreign_keys()?;
        parts.options();
        let text = parts.text(ident, module, &types);
        let missing = table
            .columns
            .iter()
            .zip(&types)
            .filter(|(_, of)| !of.loads)
            .filter_map(|(column, _)| {
                let seen = writer.seen(table, column);
                let printed = seen.sql_type.value()?.printed(writer.dialect)?;
                Some((printed.word, printed.custom?))
            });
        Ok(Self {
            text,
            missing: missing.collect(),
            types: types.into_iter().map(|of| of.rust).collect(),
        })
    }
}

impl Parts<'_> {
    /// A domain's column is held, and read, as what the domain stands for.
    fn rust_type(&self, column: &Column, sole: bool) -> FieldType {
        let seen = self.writer.seen(self.table, column);
        let mut of = self.seen_type(seen, sole);
        let dialect = self.writer.dialect;
        let sql = |column: &Column| column.sql_type.value().map(|of| of.sql(dialect));
        if sql(seen) != sql(column) {
            of.sql_type = sql(column);
            if of.diesel_type.is_none() {
                let word = seen.sql_type.value().and_then(|of| of.diesel(dialect));
                let own_enum = || format!("self::{}", of.element());
                let path = word.map_or_else(own_enum, |word| format!("diesel::sql_types::{word}"));
                of.diesel_type = Some(path);
            }
        }
        of
    }

    fn seen_type(&self, column: &Column, sole: bool) -> FieldType {
        let dialect = self.writer.dialect;
        let element = column
            .sql_type
            .value()
            .map(|of| of.sql(dialect).trim_end_matches("[]").to_owned());
        match element.and_then(|sql| self.writer.enums.get(&sql)) {
            Some(of) => {
                let array = column
                    .sql_type
                    .value()
                    .is_some_and(|of| of.dimensions() > 0);
                let rust = if array {
                    format!("Vec<Option<{}>>", of.ident)
                } else {
                    of.ident.clone()
                };
                FieldType {
                    rust,
                    sql_type: None,
                    diesel_type: None,
                    loads: true,
                }
            }
            None => field_type(column, sole, dialect),
        }
    }

    fn name(&mut self, module: &str) {
        if self.table.name.name != *module {
            self.own.push(format!("name = {:?}", self.table.name.name));
        }
        let schema = &self.table.name.schema;
        self.own
            .extend(schema.as_ref().map(|schema| format!("schema = {schema:?}")));
        self.own.extend(
            self.table
                .comment
                .get()
                .map(|comment| format!("comment = {comment:?}")),
        );
    }

    fn columns(&mut self, types: &[FieldType]) {
        let table = self.table;
        for (at, (column, of)) in table.columns.iter().zip(types).enumerate() {
            let field = &mut self.fields[at];
            if column.name != self.idents[at] {
                field.push(format!("name = {:?}", column.name));
            }
            field.extend(
                of.sql_type
                    .as_ref()
                    .map(|sql| format!("sql_type = {sql:?}")),
            );
            field.extend(
                of.diesel_type
                    .as_ref()
                    .map(|path| format!("diesel_type = {path}")),
            );
            if let Some(identity) = column.identity.get() {
                field.push(identity_word(identity.kind, self.writer.dialect).to_owned());
                if identity.sequence != Sequence::default() {
                    self.notes.push(format!(
                        "the sequence of {} has options, which stay as they are",
                        column.name
                    ));
                }
            }
            let field = &mut self.fields[at];
            field.extend(
                column
                    .default
                    .get()
                    .map(|default| format!("default = {}", sql(default))),
            );
            field.extend(column.generated.get().map(|generated| {
                let word = if generated.stored {
                    "generated"
                } else {
                    "generated_virtual"
                };
                format!("{word} = {}", sql(&generated.expression))
            }));
            field.extend(
                column
                    .collation
                    .get()
                    .map(|collation| format!("collation = {collation:?}")),
            );
            field.extend(
                column
                    .comment
                    .get()
                    .map(|comment| format!("comment = {comment:?}")),
            );
        }
    }

    fn primary_key(&mut self, key: &[String], name: Option<&String>) {
        let idents: Vec<_> = key
            .iter()
            .filter_map(|name| self.ident(name))
            .map(str::to_owned)
            .collect();
        let in_order = self
            .idents
            .iter()
            .filter(|ident| idents.contains(ident))
            .eq(&idents);
        if idents == ["id"] {
            // A field of that name is the key by itself.
        } else if in_order {
            for at in (0..self.idents.len()).filter(|&at| idents.contains(&self.idents[at])) {
                self.fields[at].insert(0, "primary_key".to_owned());
            }
        } else {
            self.own.push(format!("primary_key({})", idents.join(", ")));
        }
        let usual = [
            "PRIMARY".to_owned(),
            format!("{}_pkey", self.table.name.name),
        ];
        let templated = self.templated(&self.writer.naming.pk, &[], "");
        self.own.extend(
            name.filter(|name| !usual.contains(name) && **name != templated)
                .map(|name| format!("primary_key_name = {name:?}")),
        );
    }

    fn options(&mut self) {
        self.own
            .extend((self.table.strict.value() == Some(&true)).then(|| "strict".to_owned()));
        let without = self.table.without_rowid.value() == Some(&true);
        self.own.extend(without.then(|| "without_rowid".to_owned()));
    }

    fn text(&self, ident: &str, module: &str, types: &[FieldType]) -> String {
        let table = self.table;
        let mut derives = vec!["Table"];
        let mut notes = self.notes.clone();
        if types.iter().all(|of| of.loads) {
            derives.extend(["Queryable", "Selectable"]);
            let given = |column: &Column| {
                let always = column
                    .identity
                    .get()
                    .is_some_and(|identity| identity.kind == IdentityKind::Always);
                column.generated.get().is_none() && !always
            };
            // The database refuses a value for a column that it fills by itself.
            derives.extend(table.columns.iter().all(given).then_some("Insertable"));
        } else {
            notes.push("not Queryable: Diesel has no Rust type for one of its columns".to_owned());
        }
        let mut text: String = notes
            .iter()
            .map(|note| format!("// {}.\n", note.replace(['\n', '\r'], " ")))
            .collect();
        text.push_str(&format!(
            "#[derive({})]\n#[diesel(table_name = {module})]\n",
            derives.join(", ")
        ));
        text.push_str(&attributes(&self.own, ""));
        text.push_str(&format!("pub struct {ident} {{\n"));
        for (at, column) in table.columns.iter().enumerate() {
            text.push_str(&attributes(&self.fields[at], "    "));
            let rust = &types[at].rust;
            let never = self.writer.dialect == Dialect::Sqlite && table.keeps_null_out(column);
            let rust = if column.takes_null() && !never {
                format!("Option<{rust}>")
            } else {
                rust.clone()
            };
            text.push_str(&format!("    pub {}: {rust},\n", self.idents[at]));
        }
        text + "}\n"
    }

    /// A column as Rust calls it.
    pub(super) fn ident(&self, name: &str) -> Option<&str> {
        let at = self
            .table
            .columns
            .iter()
            .position(|column| column.name == name)?;
        Some(&self.idents[at])
    }

    pub(super) fn idents_of(&self, names: &[String]) -> Vec<String> {
        names
            .iter()
            .filter_map(|name| self.ident(name))
            .map(str::to_owned)
            .collect()
    }

    /// The field of the one column that there is.
    pub(super) fn alone(&self, columns: &[String]) -> Option<usize> {
        match columns {
            [name] => self
                .table
                .columns
                .iter()
                .position(|column| column.name == *name),
            _ => None,
        }
    }
}

fn identity_word(kind: IdentityKind, dialect: Dialect) -> &'static str {
    match (kind, dialect) {
        (IdentityKind::Always, _) => "identity = always",
        (IdentityKind::Serial, _) => "identity = serial",
        (IdentityKind::ByDefault, _) | (IdentityKind::Auto, _) => "autoincrement",
    }
}

/// An expression as a literal of Rust.
pub(super) fn sql(expression: &Expression) -> String {
    format!("{:?}", expression.as_str())
}

/// `#[table(...)]`, in lines of a bearable length.
fn attributes(said: &[String], indent: &str) -> String {
    let one = format!("{indent}#[table({})]\n", said.join(", "));
    if said.is_empty() {
        String::new()
    } else if one.chars().count() <= 101 {
        one
    } else {
        let lines = said.iter().map(|said| format!("{indent}    {said},\n"));
        format!(
            "{indent}#[table(\n{}{indent})]\n",
            lines.collect::<String>()
        )
    }
}
