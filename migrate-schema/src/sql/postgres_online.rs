//! The form of a PostgreSQL difference that lets others read and write meanwhile: what takes long takes no lock that they wait for.
//! <https://www.postgresql.org/docs/current/sql-altertable.html>,
//! <https://www.postgresql.org/docs/current/sql-createindex.html>

use super::postgres::create_index;
use super::postgres_name::of_constraint;
use super::postgres_rewrites::{is_rewriting, rewrites};
use super::{Fills, SqlError, Statement, written};
use crate::{
    Change, Column, Constraint, Dialect, Difference, Facet, Index, IndexPart, Name, Naming, Schema,
    TableChange, Unique,
};

const DIALECT: Dialect = Dialect::Postgres;

/// One part of a difference, to be run as a revision of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What it does, in a few words: `build index ix_members_name`. Nothing for the changes that are quick and go together.
    pub title: String,
    /// The script there.
    pub up: String,
    /// The script back.
    pub down: String,
    /// Whether the script there may be in a transaction.
    pub in_transaction: bool,
    /// Whether the script back may be in one.
    pub revert_in_transaction: bool,
    /// What in it keeps others from a table for as long as its rows take, because it has no other form: another type of a column,
    /// a line each.
    pub rewrites: Vec<String>,
    /// How long a statement should wait for a lock, where the usual few seconds are too short: one that waits for others without
    /// anybody waiting for it. As `metadata.toml` has it.
    pub lock_timeout: Option<&'static str>,
}

impl Step {
    /// A step in a transaction.
    fn quick(title: String, up: Vec<String>, down: Vec<String>) -> Self {
        Self {
            up: script(&title, up),
            down: script(&format!("take back: {title}"), down),
            title,
            in_transaction: true,
            revert_in_transaction: true,
            rewrites: Vec::new(),
            lock_timeout: None,
        }
    }

    /// A step that cannot be in a transaction, and waits for those that are running.
    fn long(title: String, up: Vec<String>, down: Vec<String>) -> Self {
        Self {
            in_transaction: false,
            revert_in_transaction: false,
            lock_timeout: Some("1h"),
            ..Self::quick(title, up, down)
        }
    }
}

fn script(title: &str, sql: Vec<String>) -> String {
    let mut statements: Vec<_> = sql.into_iter().map(Statement::more).collect();
    if let Some(first) = statements.first_mut() {
        first.comments.push(title.to_owned());
    }
    written(&statements)
}

impl Difference {
    /// The same changes as steps, in order, that let others read and write: indexes are built and dropped concurrently, a unique
    /// constraint takes over an index that was built so, foreign keys and checks come unproved and are proved afterwards, a column
    /// stops taking NULL by way of such a check, and an enum gets its values before anything uses them. Each step's way back leaves
    /// what was there before it. What has no such form, as another type of a column, is in the first step with all that is quick.
    ///
    /// SQLite and MySQL have no such form: there it is one step.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Difference, Fills, Index, IndexPart, Renames, Schema, Table, Type};
    /// let text = Type::parse(Dialect::Postgres, "TEXT")?;
    /// let before = Table::new("members").with(Column::new("name", text));
    /// let after = before.clone().index(Index::on([IndexPart::column("name")]).named("ix_name"));
    /// let schema = |table| Schema::default().with(table);
    /// let up = Difference::between(&schema(before), &schema(after), Dialect::Postgres, &Renames::default());
    /// let steps = up.online(&Fills::default())?;
    /// assert_eq!(steps[0].up, "\
    /// -- build index ix_name of members
    /// CREATE INDEX CONCURRENTLY \"ix_name\" ON \"members\" (\"name\");
    /// ");
    /// assert!(!steps[0].in_transaction);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`statements`](Self::statements).
    pub fn online(&self, fills: &Fills) -> Result<Vec<Step>, SqlError> {
        if self.dialect() != DIALECT {
            return Ok(self.step(fills)?.into_iter().collect());
        }
        let (enums, rest) = self.by_way_of(&with_new_values(self));
        let (quick, slow) = rest.by_way_of(&without_slow(&rest));
        let mut steps: Vec<_> = enums
            .step(fills)?
            .map(|step| Step {
                title: "add values to enum types".into(),
                // Before it is committed a value cannot be used.
                in_transaction: false,
                ..step
            })
            .into_iter()
            .collect();
        steps.extend(quick.step_back_with(fills, &neutral(&quick.inverse(), &self.inverse()))?);
        let updates = fills.updates(&slow);
        let mut updates = updates.into_iter().map(|statement| statement.sql);
        for change in slow.changes() {
            if let Change::Alter { table, change } = change {
                steps.extend(slowly(table, change, &mut updates, fills));
            }
        }
        Ok(steps)
    }

    /// All changes as one step in a transaction; none where nothing differs.
    ///
    /// # Errors
    /// As those of [`statements`](Self::statements).
    pub fn step(&self, fills: &Fills) -> Result<Option<Step>, SqlError> {
        self.step_back_with(fills, &Fills::neutral())
    }

    fn step_back_with(&self, fills: &Fills, back: &Fills) -> Result<Option<Step>, SqlError> {
        if self.is_empty() {
            return Ok(None);
        }
        let rewrites = self.changes().iter().filter(|change| rewrites(change));
        Ok(Some(Step {
            title: String::new(),
            up: self.script(fills)?,
            down: self.inverse().script(back)?,
            in_transaction: true,
            revert_in_transaction: true,
            rewrites: match self.dialect() {
                DIALECT => rewrites.map(ToString::to_string).collect(),
                _ => Vec::new(),
            },
            lock_timeout: None,
        }))
    }
}

/// Neutral values for a part of the way back, all of which the whole way knows: an enum still has values there that are to go.
fn neutral(part: &Difference, whole: &Difference) -> Fills {
    let neutral = Fills::neutral();
    part.unfilled()
        .fold(neutral.clone(), |fills, (table, name)| {
            let of = part.after().table(table).and_then(|of| of.column(name));
            match of.and_then(|column| neutral.of(table, column, whole)) {
                Some(value) => fills.with(table.clone(), name, value),
                None => fills,
            }
        })
}

/// What is there, its enums with the values that they get.
fn with_new_values(difference: &Difference) -> Schema {
    let mut schema = difference.before().clone();
    let Facet::Known(enums) = &mut schema.enums else {
        return schema;
    };
    for change in difference.changes() {
        if let Change::ExtendEnum { from, to } = change
            && let Some(of) = enums.iter_mut().find(|of| of.name == from.name)
        {
            of.clone_from(to);
        }
    }
    schema
}

/// What is wanted, without what takes long in a table that is there, and with the indexes that are to be dropped.
fn without_slow(difference: &Difference) -> Schema {
    let mut schema = difference.after().clone();
    let there = |name: &Name| difference.renamed().table(name).is_some();
    let mut postponed: Vec<(&Name, &Unique)> = Vec::new();
    for change in difference.changes() {
        let Change::Alter {
            table: name,
            change,
        } = change
        else {
            continue;
        };
        let of_table = |table: &&mut crate::Table| table.name == *name && there(name);
        let Some(table) = schema.tables.iter_mut().find(of_table) else {
            continue;
        };
        match change.as_ref() {
            TableChange::Add(Constraint::Index(index)) if index.name.value().is_some() => {
                remove(&mut table.indexes, index);
            }
            TableChange::Drop(Constraint::Index(index)) if can_wait(difference, name, index) => {
                if let Facet::Known(indexes) = &mut table.indexes {
                    indexes.push(index.clone());
                }
            }
            TableChange::Add(Constraint::Unique(unique)) => {
                remove(&mut table.uniques, unique);
                postponed.push((name, unique));
            }
            TableChange::Add(Constraint::Check(check)) => remove(&mut table.checks, check),
            TableChange::Add(Constraint::ForeignKey(key)) => remove(&mut table.foreign_keys, key),
            // What writes the table anew sees every value at that, and a value for NULL is one of the old type.
            of @ TableChange::AlterColumn { from, to }
                if from.takes_null() && !to.takes_null() && !is_rewriting(of) =>
            {
                let key = table.primary_key.get();
                if !key.is_some_and(|key| key.columns.contains(&to.name)) {
                    let mut columns = table.columns.iter_mut();
                    if let Some(column) = columns.find(|column| column.name == to.name) {
                        column.nullable = Facet::Known(true);
                    }
                }
            }
            _ => {}
        }
    }
    // A new table's foreign key waits for what it refers to.
    for table in schema.tables.iter_mut().filter(|table| !there(&table.name)) {
        if let Facet::Known(keys) = &mut table.foreign_keys {
            keys.retain(|key| {
                !postponed
                    .iter()
                    .any(|(name, unique)| **name == key.table && unique.columns == key.referenced)
            });
        }
    }
    schema
}

fn remove<T: PartialEq>(list: &mut Facet<Vec<T>>, item: &T) {
    if let Facet::Known(list) = list {
        list.retain(|of| of != item);
    }
}

/// Whether an index that goes has nothing to do with a column that changes or goes: else it goes with that.
fn can_wait(difference: &Difference, table: &Name, index: &Index) -> bool {
    let index = Constraint::Index(index.clone());
    let touches = |change: &TableChange| match change {
        TableChange::AlterColumn { to, .. } => index.mentions(&to.name, DIALECT),
        TableChange::DropColumn(column) => index.mentions(&column.name, DIALECT),
        _ => false,
    };
    !difference.changes().iter().any(|change| {
        matches!(change, Change::Alter { table: of, change } if of == table && touches(change))
    })
}

/// The steps of a change that takes long. `updates` give a value to the rows that have NULL, for the columns that come to it in order.
fn slowly(
    table: &Name,
    change: &TableChange,
    updates: &mut impl Iterator<Item = String>,
    fills: &Fills,
) -> Vec<Step> {
    match change {
        TableChange::Add(Constraint::Index(index)) => {
            let title = format!("build {} of {table}", Constraint::Index(index.clone()));
            vec![Step::long(
                title,
                vec![build(table, index)],
                vec![drop(table, index)],
            )]
        }
        TableChange::Drop(Constraint::Index(index)) => {
            let title = format!("drop {} of {table}", Constraint::Index(index.clone()));
            vec![Step::long(
                title,
                vec![drop(table, index)],
                vec![build(table, index)],
            )]
        }
        TableChange::Add(Constraint::Unique(unique)) => vec![take_over(table, unique)],
        TableChange::Add(of @ (Constraint::Check(_) | Constraint::ForeignKey(_))) => {
            let name = of_constraint(table, of);
            let body = super::clauses::constraint(&unnamed(of), DIALECT).unwrap_or_default();
            proved(table, &name, &body, &of.to_string(), None)
        }
        TableChange::AlterColumn { to, .. } => {
            let given = fills.has(table, &to.name);
            not_null(table, to, if given { updates.next() } else { None })
        }
        _ => Vec::new(),
    }
}

fn unnamed(of: &Constraint) -> Constraint {
    let mut of = of.clone();
    match &mut of {
        Constraint::Check(check) => check.name = Facet::Unknown,
        Constraint::ForeignKey(key) => key.name = Facet::Unknown,
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Index(_) => {}
    }
    of
}

fn build(table: &Name, index: &Index) -> String {
    create_index(table, index).replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

fn drop(table: &Name, index: &Index) -> String {
    let name = table.sibling(index.name.value().cloned().unwrap_or_default());
    format!("DROP INDEX CONCURRENTLY {}", name.quoted(DIALECT))
}

fn alter(table: &Name, what: &str) -> String {
    format!("ALTER TABLE {} {what}", table.quoted(DIALECT))
}

/// A unique constraint on an index that was built before. The index goes with the constraint.
fn take_over(table: &Name, unique: &Unique) -> Step {
    let of = Constraint::Unique(unique.clone());
    let name = of_constraint(table, &of);
    let mut index = Index::on(unique.columns.iter().map(IndexPart::column)).named(&name);
    index.unique = true;
    index.nulls_not_distinct = unique.nulls_not_distinct;
    let quoted = DIALECT.quote(&name);
    let add = format!(
        "ADD CONSTRAINT {quoted} UNIQUE USING INDEX {quoted}{}",
        unique.deferrable.sql()
    );
    let gone = format!("DROP CONSTRAINT {quoted}");
    // Whoever waits for this lock is in the way of all who come after, unlike one who waits to build an index.
    let wait = || "SET lock_timeout = '5s'".to_owned();
    Step::long(
        format!("add {of} to {table}"),
        vec![build(table, &index), wait(), alter(table, &add)],
        vec![wait(), alter(table, &gone)],
    )
}

/// A constraint that holds for new rows first, and then for those that are there. `before` is what makes them fit.
fn proved(table: &Name, name: &str, body: &str, shown: &str, before: Option<String>) -> Vec<Step> {
    let name = DIALECT.quote(name);
    let add = format!("ADD CONSTRAINT {name} {body} NOT VALID");
    let gone = format!("DROP CONSTRAINT {name}");
    let validate = alter(table, &format!("VALIDATE CONSTRAINT {name}"));
    vec![
        Step::quick(
            format!("add {shown} to {table} for new rows"),
            vec![alter(table, &add)],
            vec![alter(table, &gone)],
        ),
        Step::quick(
            format!("prove {shown} of {table}"),
            before.into_iter().chain([validate]).collect(),
            vec![alter(table, &format!("{gone}, {add}"))],
        ),
    ]
}

/// A check that was proved spares the look at every row under a lock.
fn not_null(table: &Name, column: &Column, fill: Option<String>) -> Vec<Step> {
    let naming = Naming::default();
    let name = naming.name(
        DIALECT,
        "{table}_{columns}_not_null",
        &table.name,
        &[&column.name],
        "",
    );
    let quoted = DIALECT.quote(&column.name);
    let body = format!("CHECK ({quoted} IS NOT NULL)");
    let mut steps = proved(table, &name, &body, &format!("check {name}"), fill);
    let name = DIALECT.quote(&name);
    let set = format!("ALTER COLUMN {quoted} SET NOT NULL");
    let back =
        format!("ALTER COLUMN {quoted} DROP NOT NULL, ADD CONSTRAINT {name} {body} NOT VALID");
    steps.push(Step::quick(
        format!("set {table}.{} NOT NULL", column.name),
        // Not in one statement: the check must be there while the column is set.
        vec![
            alter(table, &set),
            alter(table, &format!("DROP CONSTRAINT {name}")),
        ],
        vec![alter(table, &back)],
    ));
    steps
}
