//! The columns of a database's tables.

use migrate_schema::{Column, Dialect, Expression, Facet, Generated, IdentityKind, Type};

use super::{Catalogue, InspectError, Tables, query, some, unescaped};
use crate::backend::{Row, Server};

pub(super) fn read(
    server: &mut dyn Server,
    catalogue: &Catalogue,
    tables: &mut Tables,
) -> Result<(), InspectError> {
    let generated = catalogue.or_null("COLUMNS.GENERATION_EXPRESSION");
    let rows = query(
        server,
        "the columns",
        &format!(
            "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, {generated}, COLLATION_NAME, \
             COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {} ORDER BY TABLE_NAME, ORDINAL_POSITION",
            tables.database
        ),
    )?;
    for row in &rows {
        if let Some(table) = tables.get(row.text_or_empty(0)) {
            let column = column(row, catalogue, table.collation.as_deref())?;
            table.columns.push(column);
        }
    }
    Ok(())
}

fn column(
    row: &Row,
    catalogue: &Catalogue,
    collation: Option<&str>,
) -> Result<Column, InspectError> {
    let text = row.text_or_empty(2);
    let sql_type = Type::parse(Dialect::Mysql, text).map_err(|error| InspectError::Type {
        column: format!("{}.{}", row.text_or_empty(0), row.text_or_empty(1)),
        error,
    })?;
    let extra = row.text_or_empty(5).to_uppercase();
    let mut column = Column::new(row.text_or_empty(1), sql_type);
    column.nullable = Facet::Known(row.text(3) == Some("YES"));
    column.default = Facet::Known(default(row, &extra, catalogue));
    column.identity = Facet::Known(
        extra
            .contains("AUTO_INCREMENT")
            .then(|| IdentityKind::Auto.into()),
    );
    column.generated = Facet::Known(some(row.text(6)).map(|expression| Generated {
        expression: unescaped(&expression, catalogue).into(),
        stored: extra.contains("STORED") || extra.contains("PERSISTENT"),
    }));
    column.collation = Facet::Known(
        row.text(7)
            .filter(|own| Some(*own) != collation)
            .map(str::to_owned),
    );
    column.comment = Facet::Known(some(row.text(8)));
    column.rest = extra.contains("INVISIBLE").then(|| "INVISIBLE".to_owned());
    Ok(column)
}

/// MariaDB writes a default as it stands in SQL; MySQL writes a text without quotes, and says of an expression that it is one.
fn default(row: &Row, extra: &str, catalogue: &Catalogue) -> Option<Expression> {
    let found = row.text(4).filter(|_| row.text_or_empty(6).is_empty());
    let found = if catalogue.is_mariadb {
        found.filter(|text| *text != "NULL").map(str::to_owned)
    } else {
        found.map(|text| from_mysql(text, row.text_or_empty(2), extra, catalogue))
    };
    let on_update = extra
        .find("ON UPDATE ")
        .map(|at| extra[at..].trim_end().to_owned());
    let parts: Vec<_> = found.into_iter().chain(on_update).collect();
    (!parts.is_empty()).then(|| parts.join(" ").into())
}

fn from_mysql(text: &str, column_type: &str, extra: &str, catalogue: &Catalogue) -> String {
    let is_time = text.to_uppercase().starts_with("CURRENT_TIMESTAMP");
    let numeric = ["int", "decimal", "float", "double", "bit", "year"]
        .iter()
        .any(|of| column_type.contains(of) && !column_type.starts_with("enum"));
    if extra.contains("DEFAULT_GENERATED") && !is_time {
        format!("({})", unescaped(text, catalogue))
    } else if is_time || numeric || text.starts_with("0x") || text.starts_with("b'") {
        text.to_owned()
    } else {
        Dialect::Mysql.literal(text)
    }
}
