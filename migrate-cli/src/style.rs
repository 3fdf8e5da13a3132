//! How results look: a few colours with one meaning each, and cells that stand below each other. Whoever prints takes the colours
//! out where there is no terminal.

use anstyle::{AnsiColor, Style};
use migrate_chain::{Backend, Piece, pieces};
use unicode_width::UnicodeWidthStr as _;

/// Done, applied, where the database is, the head.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Still to be done, or odd.
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default();
/// Failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// A revision's id.
pub(crate) const ID: Style = AnsiColor::Cyan.on_default();
/// A label, and what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What the eye shall find first.
pub(crate) const STRONG: Style = Style::new().bold();
/// As the text around it.
pub(crate) const PLAIN: Style = Style::new();

/// A terminal is that wide, for all that is known of it.
const WIDTH: usize = 80;
/// What stands between two cells.
const GAP: usize = 2;

/// A text in one style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{style}{text}{style:#}")
    }
}

/// A cell of a table: texts in styles, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    width: usize,
}

impl Cell {
    pub(crate) fn new(style: Style, text: &str) -> Self {
        Self::default().and(style, text)
    }

    /// The cell with more text in it.
    pub(crate) fn and(mut self, style: Style, text: &str) -> Self {
        self.text += &styled(style, text);
        self.width += text.width();
        self
    }
}

/// The rows as lines, each column as wide as its widest cell. Where that is too wide for a terminal, the column `narrow` gives way:
/// what does not fit into it moves the rest of its line.
pub(crate) fn aligned(rows: &[Vec<Cell>], narrow: usize) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width).max().unwrap_or(0)
    };
    let mut widths: Vec<_> = (0..columns).map(widest).collect();
    let total = widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
    if let Some(width) = widths.get_mut(narrow) {
        *width = width.saturating_sub(total.saturating_sub(WIDTH));
    }
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let last = row.iter().rposition(|cell| cell.width > 0).unwrap_or(0);
    let mut line = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate().take(last + 1) {
        line += &cell.text;
        if column < last {
            line += &" ".repeat(width.saturating_sub(cell.width) + GAP);
        }
    }
    line
}

/// A script with its keywords, texts and comments told apart, line by line.
pub(crate) fn painted(dialect: Backend, script: &str) -> String {
    let mut text = String::with_capacity(script.len() * 2);
    for (piece, range) in pieces(dialect, script) {
        let style = match piece {
            Piece::Keyword => STRONG,
            Piece::Text => GOOD,
            Piece::Number => ID,
            Piece::Comment => FAINT,
            _ => PLAIN,
        };
        // A pager shows each line for itself.
        for part in script[range].split_inclusive('\n') {
            let words = part.trim_end_matches('\n');
            text += &styled(style, words);
            text += &part[words.len()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str]) -> Vec<Vec<Cell>> {
        let cells = |name: &&str| {
            vec![
                Cell::new(PLAIN, "1"),
                Cell::new(PLAIN, name),
                Cell::new(PLAIN, "pending"),
            ]
        };
        names.iter().map(cells).collect()
    }

    #[test]
    fn cells_stand_below_each_other_whatever_their_letters_weigh() {
        assert_eq!(
            aligned(&rows(&["a", "größe", "表"]), 1),
            [
                "1  a      pending",
                "1  größe  pending",
                "1  表     pending"
            ]
        );
        assert!(aligned(&[], 1).is_empty());
    }

    #[test]
    fn one_long_name_does_not_widen_every_line() {
        let long = "x".repeat(90);
        let lines = aligned(&rows(&["a", &long]), 1);
        assert_eq!(lines[0].len(), 80);
        assert_eq!(lines[1], format!("1  {long}  pending"));
    }

    #[test]
    fn an_empty_cell_at_the_end_leaves_no_space_behind() {
        let row = vec![Cell::new(PLAIN, "a"), Cell::default()];
        assert_eq!(aligned(&[row], 1), ["a"]);
    }

    #[test]
    fn a_comment_of_two_lines_is_painted_twice() {
        let painted = painted(Backend::Sqlite, "/* a\nb */ SELECT 1");
        assert_eq!(painted.matches(&FAINT.to_string()).count(), 2);
        assert_eq!(
            anstream::adapter::strip_str(&painted).to_string(),
            "/* a\nb */ SELECT 1"
        );
    }
}
