//! A schema as a picture: a box a table, a line a foreign key. No other program draws it.

use std::fmt::Write as _;

use super::diagram::{Diagram, Node, Row};
use super::layout::{Place, places};
use crate::{Dialect, Schema};

/// A row's height, a letter's width, and the space at the side of a box, in pixels.
const ROW: f64 = 20.0;
const LETTER: f64 = 7.3;
const PAD: f64 = 8.0;
const HEAD: f64 = 26.0;
const MARGIN: f64 = 20.0;

const STYLE: &str = "text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2937}\
.name{font-weight:bold}.type{fill:#6b7280}.key{font-weight:bold}.box{fill:#fff;stroke:#94a3b8}.head{fill:#e2e8f0}\
.line{fill:none;stroke:#64748b;stroke-width:1.3}.maybe{stroke-dasharray:5 4}.tip{fill:#64748b}";

impl Schema {
    /// A picture as SVG, without scripts and without anything from elsewhere. Primary keys are bold, a column that takes NULL has a
    /// question mark after its type, a foreign key that takes NULL is a dashed line.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Schema, Table, Type};
    /// let table = Table::new("a<b").with(Column::new("id", Type::parse(Dialect::Sqlite, "integer")?));
    /// let text = Schema::default().with(table).svg(Dialect::Sqlite);
    /// assert!(text.starts_with("<svg xmlns"));
    /// assert!(text.contains(">a&lt;b</text>"));
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn svg(&self, dialect: Dialect) -> String {
        let diagram = Diagram::of(self, dialect);
        let sizes: Vec<_> = diagram.tables.iter().map(size).collect();
        let places = places(&diagram, &sizes);
        let far =
            |edge: fn(&Place) -> f64| places.iter().map(edge).fold(0.0, f64::max) + 2.0 * MARGIN;
        let (width, height) = (far(|of| of.x + of.width), far(|of| of.y + of.height));
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"-{MARGIN} -{MARGIN} {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n\
             <rect x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"100%\" height=\"100%\" fill=\"#f8fafc\"/>\n"
        );
        for edge in &diagram.edges {
            let maybe = if edge.optional { " maybe" } else { "" };
            let from = (places[edge.from], HEAD + (edge.column as f64 + 0.5) * ROW);
            let to = (places[edge.to], HEAD + (edge.referenced as f64 + 0.5) * ROW);
            text.push_str(&line(from, to, maybe));
        }
        for (table, place) in diagram.tables.iter().zip(&places) {
            text.push_str(&table_box(table, place));
        }
        text.push_str("</svg>\n");
        text
    }
}

/// Width and height of a table's box.
fn size(table: &Node) -> (f64, f64) {
    let row = |row: &Row| wide(&row.name) + wide(&kind(row)) + 3.0;
    let letters = table
        .rows
        .iter()
        .map(row)
        .fold(wide(&table.name) + 2.0, f64::max);
    let rows = table.rows.len() as f64;
    (letters * LETTER + 2.0 * PAD, HEAD + rows * ROW + 4.0)
}

/// How many letters wide a text is: those of East Asia are two.
fn wide(text: &str) -> f64 {
    text.chars()
        .map(|of| if u32::from(of) >= 0x1100 { 2.0 } else { 1.0 })
        .sum()
}

fn kind(row: &Row) -> String {
    let null = if row.nullable { "?" } else { "" };
    format!("{}{null}", row.of)
}

fn table_box(table: &Node, at: &Place) -> String {
    let Place {
        x,
        y,
        width,
        height,
    } = at;
    let mut text = format!(
        "<g>\n<rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"4\"/>\n\
         <rect class=\"head\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"3\"/>\n\
         <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
        x + 1.0,
        y + 1.0,
        width - 2.0,
        HEAD - 4.0,
        x + PAD,
        y + 16.0,
        escaped(&table.name)
    );
    for (at, row) in table.rows.iter().enumerate() {
        let base = y + HEAD + at as f64 * ROW + 14.0;
        let class = if row.primary { " class=\"key\"" } else { "" };
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "<text{class} x=\"{:.1}\" y=\"{base:.1}\">{}</text>\n\
             <text class=\"type\" x=\"{:.1}\" y=\"{base:.1}\" text-anchor=\"end\">{}</text>\n",
            x + PAD,
            escaped(&row.name),
            x + width - PAD,
            escaped(&kind(row))
        );
    }
    text.push_str("</g>\n");
    text
}

/// A line from a row of one box to a row of another, with a tip where it ends. It leaves each box on the side of the other one.
fn line((from, from_row): (Place, f64), (to, to_row): (Place, f64), maybe: &str) -> String {
    let (y, end) = (from.y + from_row, to.y + to_row);
    let leftward = to.x + to.width < from.x;
    let rightward = from.x + from.width < to.x;
    // Within one column, and from a box to itself, a line goes around on the right.
    let x = if leftward {
        from.x
    } else {
        from.x + from.width
    };
    let tip = if rightward { to.x } else { to.x + to.width };
    let side = if rightward { -1.0 } else { 1.0 };
    let bow = match (leftward, rightward) {
        (false, false) => 40.0,
        _ => ((tip - x).abs() / 2.0).clamp(30.0, 120.0),
    };
    let away = if leftward { -bow } else { bow };
    let last = tip + side * 7.0;
    format!(
        "<path class=\"line{maybe}\" d=\"M{x:.1} {y:.1}C{:.1} {y:.1} {:.1} {end:.1} {last:.1} {end:.1}\"/>\n\
         <path class=\"tip\" d=\"M{tip:.1} {end:.1}l{:.1} -4v8z\"/>\n",
        x + away,
        last + side * bow,
        side * 8.0
    )
}

/// A text between tags or quotes of XML. Control characters, which XML cannot have, are shown as what they are.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for of in text.chars() {
        match of {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            of if of.is_control() => escaped.extend(of.escape_default()),
            of => escaped.push(of),
        }
    }
    escaped
}
