//! Which column a Rust type makes: the one table of it.

use syn::{GenericArgument, Path, PathArguments, Type};

use crate::Dialect;

/// What a Rust type is in Diesel's words, and in SQL where that is not what the word alone would give.
#[derive(Debug)]
pub(super) struct RustType {
    names: &'static [&'static str],
    /// Diesel's words for SQLite, PostgreSQL and MySQL; empty where Diesel cannot store it.
    words: [&'static str; 3],
    /// The type on MySQL, where the word's own would not do.
    mysql: Option<&'static str>,
}

const fn row(names: &'static [&'static str], words: [&'static str; 3]) -> RustType {
    RustType {
        names,
        words,
        mysql: None,
    }
}

const fn on_mysql(of: RustType, sql: &'static str) -> RustType {
    RustType {
        mysql: Some(sql),
        ..of
    }
}

/// The README shows this table.
static TABLE: &[RustType] = &[
    row(&["bool"], ["Bool"; 3]),
    row(&["i8"], ["", "", "TinyInt"]),
    row(&["i16"], ["SmallInt"; 3]),
    row(&["i32"], ["Integer"; 3]),
    row(&["i64"], ["BigInt"; 3]),
    row(&["u8"], ["", "", "Unsigned<TinyInt>"]),
    row(&["u16"], ["", "", "Unsigned<SmallInt>"]),
    row(&["u32"], ["", "Oid", "Unsigned<Integer>"]),
    row(&["u64"], ["", "", "Unsigned<BigInt>"]),
    row(&["f32"], ["Float"; 3]),
    row(&["f64"], ["Double"; 3]),
    // MySQL cannot index a TEXT without saying how much of it.
    on_mysql(row(&["String", "str"], ["Text"; 3]), "varchar(255)"),
    row(&["NaiveDate", "Date"], ["Date"; 3]),
    row(&["NaiveTime", "Time"], ["Time"; 3]),
    // MySQL's TIMESTAMP ends in 2038 and changes with the session's time zone.
    on_mysql(
        row(
            &["NaiveDateTime", "PrimitiveDateTime", "SystemTime"],
            ["Timestamp", "Timestamp", "Datetime"],
        ),
        "datetime",
    ),
    row(
        &["DateTime", "OffsetDateTime"],
        ["TimestamptzSqlite", "Timestamptz", ""],
    ),
    row(&["BigDecimal"], ["Numeric"; 3]),
    row(&["Value"], ["Json", "Jsonb", "Json"]),
    row(&["Uuid"], ["", "Uuid", ""]),
    row(&["IpNetwork", "IpNet"], ["", "Inet", ""]),
    row(&["PgInterval"], ["", "Interval", ""]),
];

/// The bytes of a `Vec<u8>`.
static BYTES: RustType = row(&[], ["Binary"; 3]);

impl RustType {
    /// Diesel's word for it.
    pub(super) fn word(&self, dialect: Dialect) -> Option<&'static str> {
        Some(self.words[dialect as usize]).filter(|word| !word.is_empty())
    }

    /// Its type in SQL.
    pub(super) fn sql_type(&self, dialect: Dialect) -> Option<crate::Type> {
        let word = self.word(dialect)?;
        if let (Dialect::Mysql, Some(sql)) = (dialect, self.mysql) {
            return crate::Type::parse(dialect, sql).ok();
        }
        let (word, unsigned) = match word.strip_prefix("Unsigned<") {
            Some(word) => (word.trim_end_matches('>'), true),
            None => (word, false),
        };
        // What a model says is exact: it names no family.
        let of = crate::Type::from_diesel(dialect, word, None)?;
        let of = crate::Type::parse(dialect, &of.sql(dialect)).ok()?;
        Some(if unsigned { of.unsigned() } else { of })
    }
}

/// The type of a column for a Rust type without attributes, if there is one.
pub(crate) fn implied_type(rust: &str, dialect: Dialect) -> Option<crate::Type> {
    let field = field_type(&syn::parse_str(rust).ok()?);
    let of = field.stored?.sql_type(dialect)?;
    Some((0..field.dimensions).fold(of, |of, _| of.array()))
}

/// A field's type taken apart: what is stored, whether it may be missing, and in how many vectors it is.
#[derive(Clone, Debug)]
pub(super) struct FieldType {
    /// Whether it is an `Option`.
    pub(super) nullable: bool,
    /// How many `Vec`s are around it.
    pub(super) dimensions: u8,
    /// Whether the elements of its vectors are `Option`s.
    pub(super) nullable_elements: bool,
    /// The row of the table above, if the type is in it.
    pub(super) stored: Option<&'static RustType>,
    /// The user's own type, which may be an enum.
    pub(super) own: Option<Box<Path>>,
}

/// Takes a field's type apart.
pub(super) fn field_type(of: &Type) -> FieldType {
    let mut found = FieldType {
        nullable: false,
        dimensions: 0,
        nullable_elements: false,
        stored: None,
        own: None,
    };
    let mut inner = of;
    loop {
        match inner {
            Type::Reference(reference) => inner = &reference.elem,
            Type::Paren(paren) => inner = &paren.elem,
            Type::Group(group) => inner = &group.elem,
            Type::Slice(slice) if is_byte(&slice.elem) => {
                found.stored = Some(&BYTES);
                return found;
            }
            Type::Path(path) => {
                let Some(segment) = path.path.segments.last() else {
                    return found;
                };
                let argument = argument(&segment.arguments);
                match (segment.ident.to_string().as_str(), argument) {
                    ("Option", Some(argument)) => {
                        if found.dimensions == 0 {
                            found.nullable = true;
                        } else {
                            found.nullable_elements = true;
                        }
                        inner = argument;
                    }
                    ("Vec", Some(argument)) if is_byte(argument) => {
                        found.stored = Some(&BYTES);
                        return found;
                    }
                    ("Vec", Some(argument)) => {
                        found.dimensions += 1;
                        inner = argument;
                    }
                    ("Cow" | "Box" | "Arc" | "Rc", Some(argument)) => inner = argument,
                    (name, _) => {
                        found.stored = TABLE.iter().find(|row| row.names.contains(&name));
                        let own = found.stored.is_none() && segment.arguments.is_none();
                        found.own = own.then(|| Box::new(path.path.clone()));
                        return found;
                    }
                }
            }
            _ => return found,
        }
    }
}

fn argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

fn is_byte(of: &Type) -> bool {
    matches!(of, Type::Path(path) if path.path.is_ident("u8"))
}
