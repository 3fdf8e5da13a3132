//! The primary keys, unique constraints and indexes of a database's tables.

use migrate_schema::{Facet, Index, IndexPart, PrimaryKey, Table, Unique};

use super::{Catalogue, InspectError, Tables, query, unescaped};
use crate::backend::{Row, Server};

pub(super) fn read(
    server: &mut dyn Server,
    catalogue: &Catalogue,
    tables: &mut Tables,
) -> Result<(), InspectError> {
    let expression = catalogue.or_null("STATISTICS.EXPRESSION");
    let rows = query(
        server,
        "the indexes",
        &format!(
            "SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME, COLLATION, CAST(SUB_PART AS CHAR), INDEX_TYPE, \
             {expression} FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {} ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
            tables.database
        ),
    )?;
    let same =
        |one: &Row, other: &Row| (one.text(0), one.text(1)) == (other.text(0), other.text(1));
    for parts in rows.chunk_by(same) {
        if let (Some(first), Some(table)) = (parts.first(), tables.get(parts[0].text_or_empty(0))) {
            let index = index(first, parts, catalogue, table);
            push(table, index);
        }
    }
    Ok(())
}

fn index(first: &Row, parts: &[Row], catalogue: &Catalogue, table: &Table) -> Index {
    let in_memory = table.rest.as_deref() == Some("ENGINE = MEMORY");
    let parts = parts.iter().map(|row| part(row, catalogue));
    let mut index = Index::on(parts).named(first.text_or_empty(1));
    index.unique = first.text(2) == Some("0");
    index.method = match first.text_or_empty(6) {
        "FULLTEXT" => Some("fulltext".into()),
        "SPATIAL" | "RTREE" => Some("spatial".into()),
        // MariaDB's way to keep long texts unique, which nobody asks for by name.
        "HASH" if !index.unique && !in_memory => Some("hash".into()),
        _ => None,
    };
    if index.method.as_deref() == Some("spatial") {
        index.parts.iter_mut().for_each(|part| part.prefix = None);
    }
    index
}

fn part(row: &Row, catalogue: &Catalogue) -> IndexPart {
    let mut part = match (row.text(3), row.text(7)) {
        (None, Some(expression)) => IndexPart::expression(unescaped(expression, catalogue)),
        (column, _) => IndexPart::column(column.unwrap_or_default()),
    };
    part.descending = row.text(4) == Some("D");
    part.prefix = row.text(5).and_then(|length| length.parse().ok());
    part
}

/// An index where it belongs: the primary key and unique constraints are indexes here.
fn push(table: &mut Table, index: Index) {
    let name = index.name.value().map(String::as_str).unwrap_or_default();
    let columns: Vec<_> = index.columns().cloned().collect();
    if name == "PRIMARY" {
        table.primary_key = Facet::Known(Some(PrimaryKey::on(columns)));
        return;
    }
    let plain = index
        .parts
        .iter()
        .all(|part| !part.descending && part.prefix.is_none())
        && columns.len() == index.parts.len();
    if index.unique && plain && index.method.is_none() {
        let unique = Unique::on(columns).named(name);
        push_to(&mut table.uniques, unique);
    } else {
        push_to(&mut table.indexes, index);
    }
}

fn push_to<T>(list: &mut Facet<Vec<T>>, item: T) {
    if let Facet::Known(list) = list {
        list.push(item);
    }
}
