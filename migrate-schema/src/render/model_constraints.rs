//! The constraints and indexes of a struct, and which of their names are worth a word.

use super::model_struct::{Parts, sql};
use super::models::Writer;
use super::names::columns;
use crate::{Action, Deferrable, Dialect, ForeignKey, Index, IndexKey, IndexPart, Unique};

impl Parts<'_> {
    pub(super) fn uniques(&mut self) {
        for unique in self.table.uniques.all() {
            let name = self.named(
                unique.name.known(),
                &self.writer.naming.uq,
                &unique.columns,
                "key",
            );
            match self.alone(&unique.columns) {
                Some(at)
                    if name.is_none()
                        && *unique
                            == (Unique {
                                name: unique.name.clone(),
                                ..Unique::on(&unique.columns)
                            }) =>
                {
                    self.fields[at].push("unique".to_owned());
                }
                _ => {
                    let mut said = self.idents_of(&unique.columns);
                    said.extend(name);
                    said.extend(
                        unique
                            .nulls_not_distinct
                            .then(|| "nulls_not_distinct".to_owned()),
                    );
                    said.extend(deferrable(unique.deferrable));
                    self.own.push(format!("unique({})", said.join(", ")));
                }
            }
        }
    }

    pub(super) fn indexes(&mut self) {
        for index in self.table.indexes.all() {
            let shown = |(at, part): (usize, &IndexPart)| match &part.key {
                IndexKey::Column(name) => name.clone(),
                IndexKey::Expression(_) => format!("expr{}", at + 1),
            };
            let shown: Vec<_> = index.parts.iter().enumerate().map(shown).collect();
            let name = self.named(index.name.known(), &self.writer.naming.ix, &shown, "idx");
            let plain = Index {
                name: index.name.clone(),
                ..Index::on(shown.iter().map(IndexPart::column))
            };
            match self.alone(&shown) {
                Some(at) if name.is_none() && *index == plain => {
                    self.fields[at].push("index".to_owned())
                }
                _ => {
                    let index = self.index(index, name);
                    self.own.push(index);
                }
            }
        }
    }

    fn index(&mut self, index: &Index, name: Option<String>) -> String {
        let parts: Vec<_> = index.parts.iter().map(|part| self.part(part)).collect();
        let mut said = vec![format!("columns({})", parts.join(", "))];
        said.extend(index.unique.then(|| "unique".to_owned()));
        said.extend(
            index
                .nulls_not_distinct
                .then(|| "nulls_not_distinct".to_owned()),
        );
        said.extend(
            index
                .predicate
                .as_ref()
                .map(|predicate| format!("where = {}", sql(predicate))),
        );
        said.extend(
            index
                .method
                .as_ref()
                .map(|method| format!("method = {method:?}")),
        );
        if !index.include.is_empty() {
            said.push(format!(
                "include({})",
                self.idents_of(&index.include).join(", ")
            ));
        }
        said.extend(name);
        format!("index({})", said.join(", "))
    }

    fn part(&mut self, part: &IndexPart) -> String {
        let mut said = match &part.key {
            IndexKey::Column(name) => self.ident(name).unwrap_or_default().to_owned(),
            IndexKey::Expression(expression) => sql(expression),
        };
        said.push_str(if part.descending { " desc" } else { "" });
        said.push_str(match part.nulls_first {
            Some(true) => " nulls first",
            Some(false) => " nulls last",
            None => "",
        });
        if let Some(class) = &part.operator_class {
            said.push_str(&format!(" ops {class:?}"));
        }
        if let Some(collation) = &part.collation {
            said.push_str(&format!(" collate {collation:?}"));
        }
        if let Some(prefix) = part.prefix {
            said.push_str(&format!(" prefix {prefix}"));
        }
        said
    }

    pub(super) fn checks(&mut self) {
        for (at, check) in self.table.checks.all().iter().enumerate() {
            let number = [(at + 1).to_string()];
            let name = self.named(check.name.known(), &self.writer.naming.ck, &number, "check");
            let said: Vec<_> = std::iter::once(sql(&check.expression))
                .chain(name)
                .collect();
            self.own.push(format!("check({})", said.join(", ")));
        }
    }

    pub(super) fn foreign_keys(&mut self) -> Result<(), String> {
        for key in self.table.foreign_keys.all() {
            let other = self.writer.schema.table(&key.table);
            let Some(other) = other.filter(|other| other.primary_key.get().is_some()) else {
                self.notes.push(format!(
                    "a foreign key leads to {}, which is not here",
                    key.table
                ));
                continue;
            };
            let module = self.writer.modules[&other.name].clone();
            let there = columns(other, &module);
            let primary = other
                .primary_key
                .get()
                .map(|key| key.columns.clone())
                .unwrap_or_default();
            let referenced = if key.referenced.is_empty() {
                &primary
            } else {
                &key.referenced
            };
            let place =
                |name: &String| other.columns.iter().position(|column| column.name == *name);
            let referred: Vec<_> = referenced
                .iter()
                .filter_map(place)
                .map(|at| there[at].clone())
                .collect();
            let rest = self.key_options(key, *referenced == primary);
            match self.alone(&key.columns) {
                Some(at) => self.fields[at].push(format!(
                    "references({module}.{}{rest})",
                    referred.join(", ")
                )),
                None => {
                    let own = self.idents_of(&key.columns).join(", ");
                    let referred = referred.join(", ");
                    self.own.push(format!(
                        "foreign_key(columns({own}), references({module}({referred})){rest})"
                    ));
                }
            }
        }
        Ok(())
    }

    fn key_options(&self, key: &ForeignKey, to_primary: bool) -> String {
        let mut said = Vec::new();
        for (when, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
            if action != Action::NoAction {
                said.push(format!(
                    "{when} = {}",
                    action.sql().to_lowercase().replace(' ', "_")
                ));
            }
        }
        said.extend(deferrable(key.deferrable));
        // Two tables that lead to each other cannot both be joined by name.
        let back = self.writer.schema.table(&key.table).is_some_and(|other| {
            let leads_here = other
                .foreign_keys
                .all()
                .iter()
                .any(|of| of.table == self.table.name);
            leads_here && other.name < self.table.name
        });
        if back || !to_primary {
            said.push("joinable = false".to_owned());
        }
        let naming = &self.writer.naming.fk;
        said.extend(self.named_to(
            key.name.known(),
            naming,
            &key.columns,
            &key.table.name,
            "fkey",
        ));
        said.iter().map(|said| format!(", {said}")).collect()
    }

    pub(super) fn templated(&self, template: &str, columns: &[String], referred: &str) -> String {
        let columns: Vec<_> = columns.iter().map(String::as_str).collect();
        let Writer {
            dialect, naming, ..
        } = self.writer;
        naming.name(
            *dialect,
            template,
            &self.table.name.name,
            &columns,
            referred,
        )
    }

    fn named(
        &self,
        name: Option<&String>,
        template: &str,
        columns: &[String],
        end: &str,
    ) -> Option<String> {
        self.named_to(name, template, columns, "", end)
    }

    /// `name = "..."`, unless the template gives that name, or the server where it is given none.
    fn named_to(
        &self,
        name: Option<&String>,
        template: &str,
        columns: &[String],
        referred: &str,
        end: &str,
    ) -> Option<String> {
        let name = name?;
        let table = &self.table.name.name;
        let of_server = match self.writer.dialect {
            Dialect::Postgres if end == "check" => {
                is_numbered(name, &format!("{table}_")) && name.contains("_check")
            }
            Dialect::Postgres => {
                end != "idx" && *name == format!("{table}_{}_{end}", columns.join("_"))
            }
            Dialect::Mysql => match end {
                "fkey" => is_numbered(name, &format!("{table}_ibfk_")),
                "check" => is_numbered(name, "CONSTRAINT_") || columns.contains(name),
                "key" => columns.first() == Some(name),
                _ => false,
            },
            Dialect::Sqlite => false,
        };
        let usual = of_server || *name == self.templated(template, columns, referred);
        (!usual).then(|| format!("name = {name:?}"))
    }
}

fn is_numbered(name: &str, start: &str) -> bool {
    name.strip_prefix(start)
        .is_some_and(|rest| !rest.is_empty())
}

fn deferrable(of: Deferrable) -> Option<String> {
    match of {
        Deferrable::No => None,
        Deferrable::Immediate => Some("deferrable".to_owned()),
        Deferrable::Deferred => Some("deferred".to_owned()),
    }
}
