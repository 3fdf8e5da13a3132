//! A source, a stretch at a time: what a file of a thousand models says takes far less memory than the syntax in which it says it.

use std::sync::Arc;

use proc_macro2::Span;

/// A stretch of a file that is parsed by itself: the lines in it count from its own first one.
#[derive(Clone, Debug)]
pub(super) struct Source {
    file: Arc<str>,
    /// How many lines of the file are before it.
    before: usize,
}

impl Source {
    /// All of a file.
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.into(),
            before: 0,
        }
    }

    /// What begins after a stretch of whole lines.
    pub(super) fn after(&self, stretch: &str) -> Self {
        Self {
            file: Arc::clone(&self.file),
            before: self.before + stretch.matches('\n').count(),
        }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1, and the column, from 1, at which something of the stretch begins in the file.
    pub(super) fn place(&self, span: Span) -> (usize, usize) {
        let start = span.start();
        (self.before + start.line, start.column + 1)
    }
}

/// Where a text that begins with whole items may be cut again: after the first line that closes what was opened at the left edge, as
/// formatted files have it. Only a parser knows whether it is the end of an item; a line of a text in quotes may look like it too.
pub(super) fn end_of_stretch(text: &str) -> Option<usize> {
    let close = "\n}";
    let line = text.find(close)? + close.len();
    let end = text[line..].find('\n');
    Some(end.map_or(text.len(), |end| line + end + 1))
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, Models, Naming};

    /// The names of the tables, or what is wrong and where.
    fn tables(text: &str) -> Result<Vec<String>, String> {
        let models = Models::from_sources([("src/m.rs", text)]);
        let schema = models.and_then(|models| models.schema(Dialect::Postgres, &Naming::default()));
        let schema = schema.map_err(|errors| errors.to_string())?;
        let names = schema.tables.iter().map(|table| table.name.to_string());
        Ok(names.collect())
    }

    /// A file, whose lines end as on Linux and as on Windows.
    fn both(text: &str) -> Result<Vec<String>, String> {
        let found = tables(text);
        assert_eq!(tables(&text.replace('\n', "\r\n")), found);
        found
    }

    #[test]
    fn an_end_of_a_line_in_quotes_or_comments_is_no_end_of_an_item() {
        let found = both(
            "//! Models.\n#![allow(dead_code)]\nuse a::{\n    b,\n};\n\n#[derive(Table)]\nstruct A {\n    id: i32,\n}\n\
             const TEXT: &str = \"\n}\nstruct\n\";\n#[derive(Table)]\nstruct B {\n    id: i32,\n}\n/*\n}\n*/\n\
             const MORE: i32 = {\n    1\n} + 1;\n#[derive(Table)]\nstruct C {\n    id: i32,\n} // the last",
        );
        assert_eq!(found, Ok(vec!["as".into(), "bs".into(), "cs".into()]));
    }

    #[test]
    fn what_is_wrong_is_told_at_its_line_of_the_file() {
        let before = "#[derive(Table)]\nstruct A {\n    id: i32,\n}\n\n\n";
        let at = |text: &str| {
            let wrong = both(&format!("{before}{text}\nstruct Last {{\n}}\n")).unwrap_err();
            wrong.lines().next().unwrap_or_default().to_owned()
        };
        let model = |field: &str| format!("#[derive(Table)]\nstruct B {{\n    {field}\n}}\n");
        assert!(at(&model("#[table(nulable)] id: i32,")).starts_with("src/m.rs:9:13: "));
        assert!(at(&model("id: Strange,")).starts_with("src/m.rs:9:"));
        assert!(at(&model("#[table(references(cs.id))] id: i32,")).starts_with("src/m.rs:9:24: "));
        assert!(at(&model("id i32,")).starts_with("src/m.rs:9:8: "));
        assert!(at("#[derive(EnumType)]\nenum Mood {}\n").starts_with("src/m.rs:8:6: "));
        let twice = at(before);
        assert!(twice.starts_with("src/m.rs:8:8: the table as has a second model"));
    }
}
