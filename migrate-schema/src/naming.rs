//! The names of constraints and indexes that have none of their own, by the project's templates.

use crate::Dialect;

/// One template a kind. `{table}` is the table, `{columns}` its columns with `_` between them, `{referred}` the other table
/// of a foreign key. A constraint with a name can be dropped by name on every database.
///
/// ```
/// use migrate_schema::{Dialect, Naming};
/// let naming = Naming { uq: "unique_{columns}".into(), ..Naming::default() };
/// let named = |template| naming.name(Dialect::Postgres, template, "members", &["email"], "");
/// assert_eq!(named(&naming.uq), "unique_email");
/// assert_eq!(named(&naming.ix), "ix_members_email");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Indexes: `ix_{table}_{columns}`.
    pub ix: String,
    /// Unique constraints: `uq_{table}_{columns}`.
    pub uq: String,
    /// Checks: `ck_{table}_{columns}`; a check of the whole table counts as a column called by its number.
    pub ck: String,
    /// Foreign keys: `fk_{table}_{columns}`.
    pub fk: String,
    /// Primary keys: `pk_{table}`.
    pub pk: String,
}

impl Default for Naming {
    fn default() -> Self {
        Self {
            ix: "ix_{table}_{columns}".into(),
            uq: "uq_{table}_{columns}".into(),
            ck: "ck_{table}_{columns}".into(),
            fk: "fk_{table}_{columns}".into(),
            pk: "pk_{table}".into(),
        }
    }
}

impl Naming {
    /// The templates of a project: for `ix`, `uq`, `ck`, `fk` or `pk` its own. What is not named keeps the default.
    ///
    /// ```
    /// use migrate_schema::Naming;
    /// let naming = Naming::of([("uq", "{table}_{columns}_key")]);
    /// assert_eq!(naming.uq, "{table}_{columns}_key");
    /// assert_eq!(naming.pk, "pk_{table}");
    /// ```
    #[must_use]
    pub fn of<K: AsRef<str>, T: Into<String>>(templates: impl IntoIterator<Item = (K, T)>) -> Self {
        let mut naming = Self::default();
        for (kind, template) in templates {
            let of = match kind.as_ref() {
                "ix" => &mut naming.ix,
                "uq" => &mut naming.uq,
                "ck" => &mut naming.ck,
                "fk" => &mut naming.fk,
                "pk" => &mut naming.pk,
                _ => continue,
            };
            *of = template.into();
        }
        naming
    }

    /// The name that a template gives. One that is too long for the database is cut, and ends in a number made of all of it, so
    /// that two long names stay two.
    #[must_use]
    pub fn name(
        &self,
        dialect: Dialect,
        template: &str,
        table: &str,
        columns: &[&str],
        referred: &str,
    ) -> String {
        let whole = template
            .replace("{columns}", &columns.join("_"))
            .replace("{referred}", referred)
            .replace("{table}", table);
        if length(&whole, dialect) <= most(dialect) {
            return whole;
        }
        ended(&whole, &format!("_{:08x}", hash(&whole)), dialect)
    }
}

/// A name with a number after it, for where the name alone is another's.
pub(crate) fn numbered(name: &str, dialect: Dialect, number: u32) -> String {
    ended(name, &format!("_{number}"), dialect)
}

/// What a name has too much of for the database, if it has.
#[cfg(feature = "models")]
pub(crate) fn excess(name: &str, dialect: Dialect) -> Option<String> {
    let (length, most) = (length(name, dialect), most(dialect));
    let unit = match dialect {
        Dialect::Mysql => "characters",
        Dialect::Postgres | Dialect::Sqlite => "bytes",
    };
    (length > most).then(|| {
        format!("the name `{name}` has {length} {unit}, and {dialect} takes {most}: shorten it")
    })
}

/// How long a name is, as the database counts.
fn length(name: &str, dialect: Dialect) -> usize {
    match dialect {
        Dialect::Mysql => name.chars().count(),
        Dialect::Postgres | Dialect::Sqlite => name.len(),
    }
}

/// How long a name may be.
const fn most(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Postgres => 63,
        Dialect::Mysql => 64,
        Dialect::Sqlite => usize::MAX,
    }
}

/// A name with this end, cut before it where both are too long.
fn ended(name: &str, end: &str, dialect: Dialect) -> String {
    let mut at = name.len().min(most(dialect) - end.len());
    while !name.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{end}", &name[..at])
}

/// FNV-1a: a number that stays the same from one build to the next.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_stays_apart_from_its_like() {
        let naming = Naming::default();
        let columns = "ä".repeat(40);
        let named = |more: &str| {
            let columns = format!("{columns}{more}");
            naming.name(Dialect::Postgres, &naming.ix, "t", &[&columns], "")
        };
        assert!(named("a").len() <= 63);
        assert_ne!(named("a"), named("b"));
        assert_eq!(named("a"), named("a"));
    }
}
