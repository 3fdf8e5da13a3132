//! Whether the values of one type have room in another.

use super::Type;

/// Each holds whatever the ones before it in its row do.
const WIDER: [&[&str]; 5] = [
    &[
        "tinyint",
        "smallint",
        "mediumint",
        "int",
        "integer",
        "bigint",
        "numeric",
        "decimal",
    ],
    &["real", "float", "double", "double precision"],
    &[
        "character",
        "char",
        "character varying",
        "varchar",
        "tinytext",
        "text",
        "mediumtext",
        "longtext",
    ],
    &["tinyblob", "blob", "mediumblob", "longblob"],
    &["json", "jsonb"],
];

impl Type {
    /// Whether a value of this type may not fit into the other one.
    #[must_use]
    pub fn narrows(&self, to: &Self) -> bool {
        if self.0.dimensions > 0 && to.0.dimensions == 0 {
            return true;
        }
        if matches!(to.name(), "text" | "longtext")
            && to.0.built_in
            && !matches!(self.name(), "longtext" | "mediumtext")
        {
            return false;
        }
        if matches!(self.name(), "enum" | "set") && self.0.name == to.0.name {
            let gone = |value| !to.0.arguments.contains(value);
            return self.0.arguments.iter().any(gone);
        }
        let wider = match (self.place(), to.place()) {
            (Some((row, at)), Some((other, to))) => row == other && at <= to,
            _ => self.0.name == to.0.name,
        };
        // A number below zero does not fit, or one that is too large by the sign.
        let by_sign =
            to.0.unsigned && !self.0.unsigned || self.0.unsigned && self.0.name == to.0.name;
        !wider || self.0.unsigned != to.0.unsigned && by_sign || self.has_more_room(to)
    }

    fn place(&self) -> Option<(usize, usize)> {
        let row = WIDER.iter().position(|row| row.contains(&self.name()))?;
        let at = WIDER[row].iter().position(|name| *name == self.name())?;
        Some((row, at))
    }

    /// Whether length, precision or scale are larger than the other's.
    fn has_more_room(&self, to: &Self) -> bool {
        let Some((to_whole, to_scale)) = to.room() else {
            return false;
        };
        let Some((whole, scale)) = self.room() else {
            return true;
        };
        scale > to_scale || whole > to_whole
    }

    /// The length, or the digits before and after the point. `None`: as many as one likes.
    fn room(&self) -> Option<(i64, i64)> {
        let number = |at: usize| self.0.arguments.get(at)?.parse::<i64>().ok();
        let digits = match self.name() {
            "tinyint" => 3,
            "smallint" => 5,
            "mediumint" => 8,
            "int" | "integer" => 10,
            "bigint" => 20,
            // MySQL's: without a word no part of a second is kept.
            "datetime" | "timestamp" | "time" => number(0).unwrap_or(0),
            _ => {
                let (precision, scale) = (number(0)?, number(1).unwrap_or(0));
                return Some((precision - scale, scale));
            }
        };
        Some((digits, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;

    fn check(dialect: Dialect, fit: &[(&str, &str)], do_not_fit: &[(&str, &str)]) {
        let parsed = |text| Type::parse(dialect, text).unwrap();
        for (expected, pairs) in [(false, fit), (true, do_not_fit)] {
            for (one, other) in pairs {
                let narrows = parsed(one).narrows(&parsed(other));
                assert_eq!(narrows, expected, "{one} to {other} on {dialect}");
            }
        }
    }

    #[test]
    fn a_narrower_type_is_known() {
        check(
            Dialect::Postgres,
            &[
                ("int", "bigint"),
                ("varchar(30)", "varchar(50)"),
                ("int", "text"),
                ("int", "numeric"),
                ("int", "numeric(12, 2)"),
                ("numeric(10,2)", "numeric(12,4)"),
                ("varchar(30)", "varchar"),
                ("mood", "text"),
                ("timestamp(3)", "timestamp"),
            ],
            &[
                ("bigint", "int"),
                ("bigint", "numeric(12, 2)"),
                ("varchar(50)", "varchar(30)"),
                ("varchar", "varchar(30)"),
                ("text", "int"),
                ("numeric", "numeric(10,4)"),
                ("numeric(10,2)", "numeric(10,4)"),
                ("numeric(10,4)", "numeric(10,2)"),
                ("text", "varchar(3)"),
                ("text", "mood"),
                ("int[]", "int"),
                ("timestamp", "timestamp(3)"),
            ],
        );
    }

    #[test]
    fn mysql_has_signs_values_and_parts_of_seconds() {
        check(
            Dialect::Mysql,
            &[
                ("int unsigned", "bigint"),
                ("int unsigned", "bigint unsigned"),
                ("datetime", "datetime(6)"),
                ("enum('a')", "enum('b','a')"),
                ("int(5)", "int(11)"),
            ],
            &[
                ("int unsigned", "int"),
                ("int", "int unsigned"),
                ("int", "bigint unsigned"),
                ("datetime(6)", "datetime"),
                ("enum('a','b')", "enum('b')"),
                ("set('a','b')", "set('b')"),
                ("int", "decimal(5,2)"),
            ],
        );
    }
}
