//! What nobody can guess: whether something new is something old under another name, and what rows get in a column that takes no
//! NULL. On a terminal it is asked; elsewhere the first is told, and the second refused.

use migrate_core::dialect;
use migrate_schema::{Name, Renames};

use super::hints::{Fill, loosen};
use crate::commands::comparing::{Compared, Side};
use crate::error::CommandError;
use crate::ui::Ui;

/// The renames with those that the user says yes to, and those that may be meant besides.
pub(super) fn renames(ui: &mut Ui, side: &Side, mut known: Renames) -> (Renames, Renames) {
    let likely = |known: &Renames| known.likely(&side.found, &side.wanted, dialect(side.backend));
    if !ui.is_interactive() {
        let left = likely(&known);
        tell(ui, &left);
        return (known, left);
    }
    for (from, to) in likely(&known).tables {
        let question = format!(
            "The table {from} is gone, and {to} is new with much the same columns. Renamed?"
        );
        if ui.ask(&question) {
            known = known.table(from, to);
        }
    }
    for (table, from, to) in likely(&known).columns {
        let question =
            format!("{table}.{from} is gone, and {table}.{to} is new with the same type. Renamed?");
        if ui.ask(&question) {
            known = known.column(table, from, to);
        }
    }
    (known, Renames::default())
}

fn tell(ui: &mut Ui, likely: &Renames) {
    for (from, to) in &likely.tables {
        ui.note(format!(
            "{from} is gone, and {to} is new: taken as two tables. If it was renamed: --rename {from}={to}"
        ));
    }
    for (table, from, to) in &likely.columns {
        ui.note(format!(
            "{table}.{from} is gone, and {table}.{to} is new: taken as two columns. If it was renamed: --rename {table}.{from}={to}"
        ));
    }
}

/// The values for all columns that need one; what was compared is compared again where one of them takes NULL for now.
pub(super) fn fills(
    ui: &mut Ui,
    side: &mut Side,
    renames: &Renames,
    fills: &mut Vec<Fill>,
) -> Result<Compared, CommandError> {
    loosen(&mut side.wanted, fills);
    let compared = side.compare(renames)?;
    let has = |fills: &[Fill], table: &Name, column: &str| {
        fills.iter().any(|fill| fill.is_for(table, column))
    };
    let mut asked = Vec::new();
    for (table, column) in compared.difference.unfilled() {
        if !has(fills, table, column) {
            asked.push((table.clone(), column.to_owned(), Why::New));
        }
    }
    for of in compared.difference.tightened() {
        if has(fills, of.table, of.column) {
            continue;
        }
        if side.has_null(&of.before.0, &of.before.1)? {
            asked.push((of.table.clone(), of.column.to_owned(), Why::Null));
        } else {
            let (table, column) = (of.table, of.column);
            ui.note(format!(
                "{table}.{column} takes no NULL any more: a row that has one stops the upgrade, unless --fill {table}.{column}=SQL gives it a value"
            ));
        }
    }
    if asked.is_empty() {
        return Ok(compared);
    }
    if !ui.is_interactive() {
        return Err(unfilled(&asked));
    }
    for (table, column, why) in &asked {
        let question = format!(
            "{}\nA value for those rows, as SQL; NULL to let it take NULL for now; nothing to stop:",
            why.told(table, column)
        );
        let answer = ui.answer(&question).unwrap_or_default();
        if answer.is_empty() {
            return Err(CommandError::failed("not answered: nothing was written"));
        }
        fills.push(Fill::new(table.clone(), column, &answer)?);
    }
    loosen(&mut side.wanted, fills);
    side.compare(renames)
}

/// Why a column needs a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is new.
    New,
    /// It took NULL, and there is one.
    Null,
}

impl Why {
    fn told(self, table: &Name, column: &str) -> String {
        match self {
            Self::New => format!(
                "{table}.{column} is new, takes no NULL and has no default: a row that is there stops the upgrade."
            ),
            Self::Null => {
                format!(
                    "{table}.{column} takes no NULL any more, and there are rows that have one."
                )
            }
        }
    }
}

fn unfilled(asked: &[(Name, String, Why)]) -> CommandError {
    let told: Vec<_> = asked
        .iter()
        .map(|(table, column, why)| why.told(table, column).trim_end_matches('.').to_owned())
        .collect();
    let flags: Vec<_> = asked
        .iter()
        .map(|(table, column, _)| format!("--fill \"{table}.{column}=SQL\""))
        .collect();
    let help = format!(
        "give those rows a value: {}\n(or NULL, to let it take NULL for now); or give the model a default, or make it an Option",
        flags.join(" ")
    );
    CommandError::failed(told.join("\n")).with_help(help)
}
