//! A schema as lines of text: to be kept in a file, read by people, merged by git, and compared without a database.

use crate::{
    Column, Dialect, EnumType, Facet, ForeignKey, Index, IndexKey, IndexPart, PrimaryKey, Schema,
    Table, Unique,
};

/// What a schema says of one table, or of one enum type: what there is, and how it is.
///
/// What a schema does not know, and the names that it only suggests, are left out: they would differ where nothing does.
///
/// ```
/// use migrate_schema::{Column, Dialect, Outline, Schema, Table, Type};
///
/// let text = Type::parse(Dialect::Postgres, "text")?;
/// let before = Schema::default().with(Table::new("members").with(Column::new("email", text.clone())));
/// let mut now = before.clone();
/// now.tables[0].columns.push(Column::new("phone", text).nullable());
///
/// let outline = |schema: &Schema| Outline::of(schema, Dialect::Postgres).collect::<Vec<_>>();
/// assert_eq!(outline(&before)[0].name, "members");
/// assert_eq!(outline(&before)[0].lines, [("column email".to_owned(), "TEXT not null".to_owned())]);
/// assert_eq!(
///     Outline::moved(&outline(&before), &outline(&now)),
///     ["members.phone is in the models, and no revision has it"]
/// );
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outline {
    /// The table's name; `type NAME` for an enum type.
    pub name: String,
    /// What there is, such as `column email`, and how it is. The first of the two is there once.
    pub lines: Vec<(String, String)>,
}

impl Outline {
    /// An outline as it was kept.
    #[must_use]
    pub fn new(name: impl Into<String>, lines: Vec<(String, String)>) -> Self {
        Self {
            name: name.into(),
            lines,
        }
    }

    /// The outlines of a schema's tables and enum types, by name; each is made when it is asked for.
    pub fn of(schema: &Schema, dialect: Dialect) -> impl Iterator<Item = Self> {
        let tables = schema.tables.iter();
        let tables = tables.map(|table| (table.name.to_string(), Of::Table(table)));
        let types = schema.enums.all().iter();
        let types = types.map(|of| (format!("type {}", of.name), Of::Enum(of)));
        let mut all: Vec<_> = tables.chain(types).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.into_iter().map(move |(name, of)| match of {
            Of::Table(table) => of_table(name, table, dialect),
            Of::Enum(of) => {
                let labels = of.values.iter().map(|value| dialect.literal(value));
                let labels: Vec<_> = labels.collect();
                Self::new(name, vec![("labels".into(), labels.join(", "))])
            }
        })
    }

    /// What the models say now that the revisions do not, and the other way round: a sentence each, which names table and column.
    #[must_use]
    pub fn moved(before: &[Self], now: &[Self]) -> Vec<String> {
        let mut found = Vec::new();
        for new in now {
            match before.iter().find(|old| old.name == new.name) {
                Some(old) => new.moved_from(old, &mut found),
                None => found.push(format!(
                    "{} is in the models, and no revision has it",
                    new.name
                )),
            }
        }
        let gone = |old: &&Self| now.iter().all(|new| new.name != old.name);
        let gone = before.iter().filter(gone);
        found.extend(
            gone.map(|old| format!("{} is in the revisions, and no model has it", old.name)),
        );
        found
    }

    fn moved_from(&self, old: &Self, found: &mut Vec<String>) {
        for (what, how) in &self.lines {
            let shown = self.shown(what);
            match old.line(what) {
                None => found.push(format!("{shown} is in the models, and no revision has it")),
                Some(before) if before != how => found.push(format!(
                    "{shown} is `{how}` in the models, and `{before}` in the revisions"
                )),
                Some(_) => {}
            }
        }
        for (what, _) in &old.lines {
            if self.line(what).is_none() {
                let shown = self.shown(what);
                found.push(format!("{shown} is in the revisions, and no model has it"));
            }
        }
    }

    fn line(&self, what: &str) -> Option<&str> {
        let found = self.lines.iter().find(|(other, _)| other == what);
        found.map(|(_, how)| how.as_str())
    }

    fn shown(&self, what: &str) -> String {
        match what.strip_prefix(COLUMN) {
            Some(column) => format!("{}.{column}", self.name),
            None => format!("{}: {what}", self.name),
        }
    }

    fn add(&mut self, what: impl Into<String>, how: &[String]) {
        let (what, mut key) = (what.into(), String::new());
        key.clone_from(&what);
        let mut number = 2;
        while self.line(&key).is_some() {
            key = format!("{what} ({number})");
            number += 1;
        }
        self.lines.push((key, how.join(" ")));
    }
}

const COLUMN: &str = "column ";

/// What an outline is of.
enum Of<'a> {
    Table(&'a Table),
    Enum(&'a EnumType),
}

fn of_table(name: String, table: &Table, dialect: Dialect) -> Outline {
    let mut outline = Outline::new(name, Vec::new());
    for of in &table.columns {
        outline.add(format!("{COLUMN}{}", of.name), &column(of, dialect));
    }
    if let Some(PrimaryKey { name, columns }) = table.primary_key.get() {
        outline.add(
            format!("primary key ({})", columns.join(", ")),
            &named(name),
        );
    }
    for of in known(&table.uniques) {
        outline.add(format!("unique ({})", of.columns.join(", ")), &unique(of));
    }
    for of in known(&table.foreign_keys) {
        outline.add(
            format!("foreign key ({})", of.columns.join(", ")),
            &foreign_key(of),
        );
    }
    for of in known(&table.indexes) {
        let parts: Vec<_> = of.parts.iter().map(part).collect();
        outline.add(format!("index ({})", parts.join(", ")), &index(of));
    }
    for of in known(&table.checks) {
        outline.add(format!("check {}", of.expression), &named(&of.name));
    }
    if let Some(comment) = table.comment.get() {
        outline.add("comment", &[dialect.literal(comment)]);
    }
    for (what, is) in [
        ("strict", &table.strict),
        ("without rowid", &table.without_rowid),
    ] {
        if is.known() == Some(&true) {
            outline.add(what, &[]);
        }
    }
    outline
}

/// What is only suggested says nothing of what is there.
fn known<T>(list: &Facet<Vec<T>>) -> &[T] {
    list.known().map_or(&[], Vec::as_slice)
}

fn named(name: &Facet<String>) -> Vec<String> {
    let name = name.known().map(|name| format!("named {name}"));
    name.into_iter().collect()
}

fn column(of: &Column, dialect: Dialect) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(of.sql_type.known().map(|sql_type| sql_type.sql(dialect)));
    if let Some(nullable) = of.nullable.known() {
        words.push(if *nullable { "null" } else { "not null" }.to_owned());
    }
    words.extend(of.default.get().map(|default| format!("default {default}")));
    words.extend(
        of.identity
            .get()
            .map(|identity| format!("numbered {:?}", identity.kind).to_lowercase()),
    );
    words.extend(of.generated.get().map(|generated| {
        let kind = if generated.stored {
            "stored"
        } else {
            "virtual"
        };
        format!("computed {kind} from {}", generated.expression)
    }));
    words.extend(
        of.collation
            .get()
            .map(|collation| format!("collate {collation}")),
    );
    words.extend(
        of.comment
            .get()
            .map(|comment| format!("comment {}", dialect.literal(comment))),
    );
    words
}

fn unique(of: &Unique) -> Vec<String> {
    let mut words = named(&of.name);
    words.extend(
        of.nulls_not_distinct
            .then(|| "nulls not distinct".to_owned()),
    );
    words.extend(word(of.deferrable.sql()));
    words
}

fn foreign_key(of: &ForeignKey) -> Vec<String> {
    let mut words = vec![format!("to {} ({})", of.table, of.referenced.join(", "))];
    for (when, action) in [("on delete", of.on_delete), ("on update", of.on_update)] {
        let said = action != crate::Action::NoAction;
        words.extend(said.then(|| format!("{when} {}", action.sql().to_lowercase())));
    }
    words.extend(word(of.deferrable.sql()));
    words.extend(named(&of.name));
    words
}

fn part(of: &IndexPart) -> String {
    let mut words = vec![match &of.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => format!("({expression})"),
    }];
    words.extend(of.prefix.map(|length| format!("first {length}")));
    words.extend(
        of.collation
            .as_ref()
            .map(|collation| format!("collate {collation}")),
    );
    words.extend(of.operator_class.clone());
    words.extend(of.descending.then(|| "desc".to_owned()));
    let nulls = |first| if first { "nulls first" } else { "nulls last" };
    words.extend(of.nulls_first.map(|first| nulls(first).to_owned()));
    words.join(" ")
}

fn index(of: &Index) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(of.unique.then(|| "unique".to_owned()));
    words.extend(
        of.nulls_not_distinct
            .then(|| "nulls not distinct".to_owned()),
    );
    words.extend(of.method.as_ref().map(|method| format!("using {method}")));
    let include = !of.include.is_empty();
    words.extend(include.then(|| format!("include ({})", of.include.join(", "))));
    words.extend(
        of.predicate
            .as_ref()
            .map(|predicate| format!("where {predicate}")),
    );
    words.extend(named(&of.name));
    words
}

fn word(sql: &str) -> Option<String> {
    let word = sql.trim().to_lowercase();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, EnumType, IndexPart, Name, Type};

    fn schema() -> Schema {
        let parsed = |text| Type::parse(Dialect::Postgres, text).unwrap();
        let mut by_score = Index::on([IndexPart::expression("lower(email)")]);
        by_score.predicate = Some("score > 0".into());
        let members = Table::new("members")
            .with(Column::new("email", parsed("varchar(254)")).default("''"))
            .with(Column::new("score", parsed("int")).nullable())
            .keyed(["email"])
            .unique(Unique::on(["score"]).named("uq"))
            .unique(Unique::on(["score"]))
            .foreign_key(
                ForeignKey::on(["score"], Name::qualified("audit", "log"), ["id"])
                    .on_delete(crate::Action::Cascade),
            )
            .index(by_score.unique())
            .check(Check::that("score >= 0"));
        let table = Table::unknown("posts").with(Column::unknown("id", Facet::Unknown));
        Schema::default()
            .with(table)
            .with(members)
            .with_enum("mood", ["sad", "it's"])
    }

    #[test]
    fn every_thing_is_a_line_and_silence_is_none() {
        let outlines: Vec<_> = Outline::of(&schema(), Dialect::Postgres).collect();
        let shown = outlines.iter().flat_map(|of| {
            of.lines
                .iter()
                .map(|(what, how)| format!("{}: {what} = {how}", of.name))
        });
        let shown: Vec<_> = shown.collect();
        assert_eq!(
            shown,
            [
                "members: column email = VARCHAR(254) not null default ''",
                "members: column score = INTEGER null",
                "members: primary key (email) = ",
                "members: unique (score) = named uq",
                "members: unique (score) (2) = ",
                "members: foreign key (score) = to audit.log (id) on delete cascade",
                "members: index ((lower(email))) = unique where score > 0",
                "members: check score >= 0 = ",
                "posts: column id = ",
                "type mood: labels = 'sad', 'it''s'",
            ]
        );
        assert_eq!(Outline::moved(&outlines, &outlines), Vec::<String>::new());
    }

    #[test]
    fn what_moved_on_is_named() {
        let before = schema();
        let mut now = before.clone();
        now.tables.remove(0);
        now.tables[0].columns[1].nullable = Facet::Known(false);
        now.tables[0].uniques = Facet::Known(Vec::new());
        now.tables.push(Table::new("new"));
        now.enums = Facet::Known(vec![EnumType {
            name: "mood".into(),
            values: vec!["ok".into()],
        }]);
        let outlines = |schema: Schema| Outline::of(&schema, Dialect::Postgres).collect::<Vec<_>>();
        let [before, now] = [before, now].map(outlines);
        assert_eq!(
            Outline::moved(&before, &now),
            [
                "members.score is `INTEGER not null` in the models, and `INTEGER null` in the revisions",
                "members: unique (score) is in the revisions, and no model has it",
                "members: unique (score) (2) is in the revisions, and no model has it",
                "new is in the models, and no revision has it",
                "type mood: labels is `'ok'` in the models, and `'sad', 'it''s'` in the revisions",
                "posts is in the revisions, and no model has it",
            ]
        );
    }
}
