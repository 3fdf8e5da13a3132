//! Indexes, apart from those of constraints.

use migrate_schema::{Facet, Index, IndexPart};

use super::{InspectError, Reader, catalogue, expression};
use crate::backend::Row;

impl Reader<'_> {
    pub(super) fn indexes(&mut self) -> Result<(), InspectError> {
        let rows = self.rows("the indexes", catalogue::INDEXES)?;
        for rows in rows.chunk_by(|one, other| one.text(1) == other.text(1)) {
            let Some(first) = rows.first() else { continue };
            let index = index(first, rows);
            if let Some(Facet::Known(list)) = self.table(first).map(|table| &mut table.indexes) {
                list.push(index);
            }
        }
        Ok(())
    }
}

/// The rows of one index, a part each.
fn index(first: &Row, rows: &[Row]) -> Index {
    let (carried, held): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.text_or_empty(7) == "true");
    let mut index = Index::on(held.into_iter().map(part)).named(first.text_or_empty(2));
    index.unique = first.text_or_empty(3) == "true";
    index.nulls_not_distinct = first.text_or_empty(4) == "true";
    index.method = first
        .text(5)
        .filter(|method| *method != "btree")
        .map(str::to_owned);
    index.predicate = first.text(6).map(expression);
    let name = |row: &Row| row.text(8).map(str::to_owned);
    index.include = carried.into_iter().filter_map(name).collect();
    index
}

/// One part; its option's lowest bit is DESC, the next NULLS FIRST.
fn part(row: &Row) -> IndexPart {
    let mut part = match (row.text(8), row.text(9)) {
        (None, Some(text)) => IndexPart::expression(expression(text)),
        (column, _) => IndexPart::column(column.unwrap_or_default()),
    };
    let option: u8 = row.number(10);
    let nulls_first = option & 2 != 0;
    part.descending = option & 1 != 0;
    part.nulls_first = (nulls_first != part.descending).then_some(nulls_first);
    part.collation = row.text(11).map(str::to_owned);
    part.operator_class = row.text(12).map(str::to_owned);
    part
}
