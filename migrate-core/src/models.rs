//! Models: what the derives' expansions stand on.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

/// A Rust enum whose values a column holds, each by its label: `#[derive(EnumType)]` implements it, and whatever Diesel
/// needs to store and load the enum.
///
/// It is an enum type on PostgreSQL, `ENUM(...)` on MySQL, and `TEXT` with a check on SQLite. The enum is its own type of SQL
/// too: a `table!` says `mood -> crate::Mood`. A field of it stands in a struct in a module: inside a function Diesel's `table!` does
/// not see the enum. The enum is `pub`, as the columns that `table!` makes are.
///
/// | `#[table(...)]` | |
/// |---|---|
/// | `name = "..."`, `schema = "..."` on the enum | the type on PostgreSQL; by default the enum's name, `OrderStatus` as `order_status` |
/// | `rename = "..."` on a variant | its label; by default its name, `SoSo` as `so_so` |
/// | `crate = db` on the enum | what you call migrate-core, where it is not `migrate_core` |
///
/// ```
/// use diesel::prelude::*;
/// use migrate_core::{EnumType, Table};
///
/// #[derive(EnumType, Clone, Copy, Debug, PartialEq)]
/// pub enum Mood {
///     Sad,
///     #[table(rename = "so so")]
///     SoSo,
/// }
///
/// #[derive(Table, Queryable, Selectable, Insertable)]
/// #[diesel(table_name = days)]
/// struct Day {
///     id: i32,
///     mood: Mood,
/// }
///
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// # #[cfg(feature = "sqlite")]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     assert_eq!(Mood::LABELS, ["sad", "so so"]);
///     assert_eq!(Mood::SoSo.label(), "so so");
///     assert_eq!(Mood::from_label("sad"), Some(Mood::Sad));
///
///     let mut connection = SqliteConnection::establish(":memory:")?;
///     diesel::sql_query("CREATE TABLE days (id INTEGER PRIMARY KEY, mood TEXT NOT NULL)").execute(&mut connection)?;
///     diesel::insert_into(days::table).values(Day { id: 1, mood: Mood::SoSo }).execute(&mut connection)?;
///     let so_so = days::table.filter(days::mood.eq(Mood::SoSo)).select(Day::as_select());
///     assert_eq!(so_so.first(&mut connection)?.mood, Mood::SoSo);
///     Ok(())
/// }
/// ```
#[allow(clippy::needless_doctest_main)]
#[diagnostic::on_unimplemented(
    message = "no type of a column is known for `{Self}`",
    label = "neither an enum type nor in the table of types",
    note = "an enum derives `EnumType`; for any other type name the column's with `#[table(sql_type = \"...\")]`, and Diesel's \
            with `#[table(diesel_type = crate::path::Type)]` where it has no word for that one"
)]
pub trait EnumType: Sized + 'static {
    /// Every label, in the order of the variants, which is the order in which PostgreSQL and MySQL sort them.
    const LABELS: &'static [&'static str];

    /// How the database calls this value.
    fn label(&self) -> &'static str;

    /// The value that the database calls so.
    fn from_label(label: &str) -> Option<Self>;
}

/// A database holds a label that the enum does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{label}` is no label of {of}; there are {}", .known.join(", "))]
#[non_exhaustive]
pub struct UnknownLabel {
    /// The label.
    pub label: String,
    /// The enum, by its path in Rust.
    pub of: &'static str,
    /// The labels that it has.
    pub known: &'static [&'static str],
}

/// Stores a value as the text of its label, which is what every one of the databases takes.
pub fn write_label<E: EnumType, DB: Backend>(
    value: &E,
    out: &mut Output<'_, '_, DB>,
) -> serialize::Result
where
    str: ToSql<Text, DB>,
{
    value.label().to_sql(out)
}

/// Loads a value by its label.
///
/// # Errors
/// [`UnknownLabel`].
pub fn read_label<E: EnumType, DB: Backend>(bytes: DB::RawValue<'_>) -> deserialize::Result<E>
where
    String: FromSql<Text, DB>,
{
    let label = String::from_sql(bytes)?;
    E::from_label(&label).ok_or_else(|| {
        let (of, known) = (std::any::type_name::<E>(), E::LABELS);
        UnknownLabel { label, of, known }.into()
    })
}
