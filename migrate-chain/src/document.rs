//! A TOML file as keys and values, each with its line, and the problems of reading it.

use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::{Problem, nearest};

/// The keys of a table, in the order of their lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table(pub(crate) Vec<Entry>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
    List(Vec<(usize, Value)>),
    Table(Table),
    Other(&'static str),
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// As it could stand in a file.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|(_, item)| item.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(table) => {
                let pairs = table.0.iter();
                let pairs: Vec<_> = pairs
                    .map(|entry| format!("{} = {}", entry.key, entry.value))
                    .collect();
                write!(f, "{{ {} }}", pairs.join(", "))
            }
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

impl Table {
    /// Reads a TOML text, or says why it is none.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        if let Some(table) = plain(text) {
            return Ok(table);
        }
        let lines = Lines::of(text);
        match DeTable::parse(text) {
            Ok(table) => Ok(lines.table(table.get_ref())),
            Err(error) => Err(Problem::NotToml {
                file: file.to_owned(),
                line: error.span().map(|span| lines.line(span.start)),
                error: error.message().replace('\n', ", "),
            }),
        }
    }
}

/// Reads a text of nothing but `key = "text"`, `key = true`, `key = 1`, `[[name]]`, comments and blank lines; anything else,
/// a key that stands twice included, is `None` and left to the real parser.
/// A project has thousands of such files, and a proc macro reads them all in a build without optimisation.
fn plain(text: &str) -> Option<Table> {
    if has_control(text.as_bytes()) {
        return None;
    }
    let mut top = Table::default();
    let mut block: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("[[") {
            block = Some(open(&mut top, bare(name.strip_suffix("]]")?)?, index + 1)?);
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let key = key.trim_ascii_end();
        let key = match key.starts_with('"') {
            true => inner(key)?,
            false => bare(key)?,
        };
        let entry = Entry {
            key: key.to_owned(),
            line: index + 1,
            value: scalar(value.trim_ascii())?,
        };
        let table = match block {
            None => &mut top,
            Some(at) => match &mut top.0.get_mut(at)?.value {
                Value::List(items) => match items.last_mut()? {
                    (_, Value::Table(table)) => table,
                    _ => return None,
                },
                _ => return None,
            },
        };
        if table.0.iter().any(|other| other.key == entry.key) {
            return None;
        }
        table.0.push(entry);
    }
    Some(top)
}

/// Adds a table to the list of that name, which it makes if need be; the place of the list.
fn open(top: &mut Table, name: &str, line: usize) -> Option<usize> {
    let at = top
        .0
        .iter()
        .position(|entry| entry.key == name)
        .unwrap_or_else(|| {
            top.0.push(Entry {
                key: name.to_owned(),
                line,
                value: Value::List(Vec::new()),
            });
            top.0.len() - 1
        });
    match &mut top.0[at].value {
        Value::List(items) => items.push((line, Value::Table(Table::default()))),
        _ => return None,
    }
    Some(at)
}

fn bare(key: &str) -> Option<&str> {
    for byte in key.as_bytes() {
        if !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-') {
            return None;
        }
    }
    (!key.is_empty()).then_some(key)
}

/// Whether a character stands there that TOML allows nowhere, or one that needs the real parser to tell.
fn has_control(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\t' | b'\n' => {}
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            0..b' ' | 0x7f => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// What stands between the quotes of a basic string without escapes.
fn inner(value: &str) -> Option<&str> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('"') && !text.contains('\\')).then_some(text)
}

fn scalar(value: &str) -> Option<Value> {
    match value {
        "true" => return Some(Value::Flag(true)),
        "false" => return Some(Value::Flag(false)),
        _ => {}
    }
    if value.starts_with('"') {
        return inner(value).map(|text| Value::Text(text.to_owned()));
    }
    let number = !value.starts_with('0')
        && value.len() < 10
        && value.bytes().all(|byte| byte.is_ascii_digit());
    if number {
        value.parse().ok().map(Value::Number)
    } else {
        None
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .enumerate()
                .filter(|&(_, byte)| byte == b'\n')
                .map(|(at, _)| at)
                .collect(),
        )
    }

    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|&newline| newline < offset) + 1
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                line: self.line(key.span().start),
                value: self.value(value.get_ref()),
            })
            .collect();
        entries.sort_by_key(|entry| entry.line);
        Table(entries)
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Other("a number"), Value::Number),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| (self.line(item.span().start), self.value(item.get_ref())))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table)),
            DeValue::Float(_) => Value::Other("a number with a fraction"),
            DeValue::Datetime(_) => Value::Other("a date"),
        }
    }
}

/// Reads values, and collects what is wrong with them.
pub(crate) struct Reader<'p> {
    pub(crate) file: &'p str,
    pub(crate) problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    pub(crate) fn text<'e>(&mut self, entry: &'e Entry) -> Option<&'e str> {
        match &entry.value {
            Value::Text(text) => Some(text),
            _ => self.wrong_type(entry, "text"),
        }
    }

    pub(crate) fn flag(&mut self, entry: &Entry) -> Option<bool> {
        match entry.value {
            Value::Flag(flag) => Some(flag),
            _ => self.wrong_type(entry, "true or false"),
        }
    }

    pub(crate) fn number(&mut self, entry: &Entry) -> Option<i64> {
        match entry.value {
            Value::Number(number) => Some(number),
            _ => self.wrong_type(entry, "a number"),
        }
    }

    pub(crate) fn table<'e>(&mut self, entry: &'e Entry) -> Option<&'e Table> {
        match &entry.value {
            Value::Table(table) => Some(table),
            _ => self.wrong_type(entry, "a table"),
        }
    }

    /// A list of texts, each with its line.
    pub(crate) fn texts<'e>(&mut self, entry: &'e Entry) -> Option<Vec<(usize, &'e str)>> {
        let Value::List(items) = &entry.value else {
            return self.wrong_type(entry, "a list of texts");
        };
        let texts: Option<Vec<_>> = items
            .iter()
            .map(|(line, item)| match item {
                Value::Text(text) => Some((*line, text.as_str())),
                _ => None,
            })
            .collect();
        texts.or_else(|| self.wrong_type(entry, "a list of texts"))
    }

    pub(crate) fn wrong_type<T>(&mut self, entry: &Entry, expected: &'static str) -> Option<T> {
        let found = match (&entry.value, expected) {
            (Value::List(_), "a list of texts") => "a list with something else",
            (value, _) => value.kind(),
        };
        self.problems.push(Problem::WrongType {
            file: self.file.to_owned(),
            line: entry.line,
            key: entry.key.clone(),
            found,
            expected,
        });
        None
    }

    pub(crate) fn bad_value(
        &mut self,
        entry: &Entry,
        line: usize,
        value: &str,
        why: impl Into<String>,
    ) {
        self.problems.push(Problem::BadValue {
            file: self.file.to_owned(),
            line,
            key: entry.key.clone(),
            value: format!("\"{value}\""),
            why: why.into(),
        });
    }

    /// A list with nothing in it, where something must be.
    pub(crate) fn bad_list(&mut self, entry: &Entry, why: &str) {
        self.problems.push(Problem::BadValue {
            file: self.file.to_owned(),
            line: entry.line,
            key: entry.key.clone(),
            value: "[]".to_owned(),
            why: why.to_owned(),
        });
    }

    pub(crate) fn unknown(&mut self, entry: &Entry, known: &[&'static str]) {
        self.problems.push(Problem::UnknownKey {
            file: self.file.to_owned(),
            line: entry.line,
            key: entry.key.clone(),
            nearest: nearest::nearest(&entry.key, known.iter().copied()).map(str::to_owned),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the real parser makes of it.
    fn real(text: &str) -> Option<Table> {
        let table = DeTable::parse(text).ok()?;
        Some(Lines::of(text).table(table.get_ref()))
    }

    #[test]
    fn the_plain_reader_says_what_the_real_parser_says() {
        for text in [
            "",
            "# only a comment\n",
            "down_revision = \"base\"\r\nrun_in_transaction=true\r\n",
            "a = 1\n\n[[revision]]\nid = \"x\"\n[[revision]]\nid = \"y\"\nup = \"z\"",
            "  a\t=\t\"ä # not a comment\"  ",
            "a = 1\na = 2",
            "a = \"x\" # why",
            "a = \"x\\n\"",
            "a = 'x'",
            "a.b = 1",
            "\"a\" = 1",
            "\"up.mysql\" = \"x\"",
            "\"\" = 1",
            "\"a=b\" = 1",
            "[a]\nb = 1",
            "a = [\n1]",
            "a = 01",
            "a = 1_000",
            "a = \"",
            "a = \"\"",
            "a = \"x\"\"",
            "a =",
            "= 1",
            "[[a]]\n[[a]]\nb = 1\n[[c]]\nb = 1",
            "a = 1\n[[a]]\nb = 1",
            "\u{feff}a = 1",
            "# control \u{1}\na = 1",
            "a = 99999999999999999999",
        ] {
            if let Some(table) = plain(text) {
                assert_eq!(Some(table), real(text), "{text:?}");
            }
        }
        assert!(plain("down_revision = \"base\"\r\nrun_in_transaction=true\r\n").is_some());
        assert!(plain("[[revision]]\nid = \"x\"\n").is_some());
    }

    #[test]
    fn a_text_that_is_not_toml_is_named_with_its_line() {
        let problem = Table::parse("x/metadata.toml", "a = 1\nb = = 2\n").unwrap_err();
        assert_eq!(
            (problem.file(), problem.line()),
            ("x/metadata.toml", Some(2))
        );
    }
}
