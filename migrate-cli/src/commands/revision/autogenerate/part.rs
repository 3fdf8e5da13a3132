//! What one new revision has of what was found: its scripts, and what its metadata.toml says.

use migrate_chain::{with_lock_timeout, with_transactions};
use migrate_core::Backend;
use serde_json::{Value, json};

use crate::style::{STRONG, painted, styled};
use crate::ui::Ui;

/// What one new revision has of what was found.
#[derive(Default)]
pub(in crate::commands::revision) struct Part {
    /// What it does of all that is to be done; nothing where it does that, or what is quick of it.
    pub(in crate::commands::revision) title: String,
    /// The scripts by the names of their files.
    pub(super) scripts: Vec<(String, String)>,
    /// What its metadata.toml says besides; nothing for what is as usual.
    pub(super) metadata: Metadata,
    /// Its number, and that of all where there are several.
    pub(super) place: Option<(usize, usize)>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Metadata {
    /// Whether the scripts run in a transaction, up and down, where one of them does not.
    pub(super) transactions: Option<(bool, bool)>,
    pub(super) lock_timeout: Option<&'static str>,
}

impl Metadata {
    /// The text of a metadata.toml with it. What a template says stands where a step has no need of its own.
    fn put(self, text: &str) -> String {
        let text = match self.transactions {
            Some((up, down)) => with_transactions(text, up, down),
            None => text.to_owned(),
        };
        match self.lock_timeout {
            Some(timeout) => with_lock_timeout(&text, timeout),
            None => text,
        }
    }
}

impl Part {
    /// The message, and which part of it this is.
    pub(in crate::commands::revision) fn message(&self, message: &str) -> String {
        match self.place {
            Some((number, count)) => format!("{message} ({number} of {count})"),
            None => message.to_owned(),
        }
    }

    /// Puts it into a new revision's files. What a template begins a script with stays in front.
    pub(in crate::commands::revision) fn put(
        &self,
        files: &mut Vec<(String, String)>,
        message: &str,
        of_template: bool,
    ) {
        if self.scripts.is_empty() {
            return;
        }
        let (before, mut others): (Vec<_>, Vec<_>) = std::mem::take(files)
            .into_iter()
            .partition(|(name, _)| name.ends_with(".sql"));
        let reversible = before.iter().any(|(name, _)| name.starts_with("down."));
        for (name, script) in &self.scripts {
            let word = name.split('.').next().unwrap_or_default();
            if word == "down" && !reversible {
                continue;
            }
            let general = format!("{word}.sql");
            let begun = before
                .iter()
                .find(|(other, _)| other == name || *other == general)
                .filter(|_| of_template);
            let head = match (begun, word) {
                (Some((_, text)), _) => text.trim_end().to_owned(),
                (None, "up") => format!("-- {message}"),
                (None, _) => format!("-- Takes back: {message}"),
            };
            files.push((name.clone(), format!("{head}\n\n{script}")));
        }
        for (name, text) in &mut others {
            if name == "metadata.toml" {
                *text = self.metadata.put(text);
            }
        }
        files.append(&mut others);
    }

    pub(super) fn shown(&self, ui: &mut Ui, backend: Backend) {
        if let Some((number, count)) = self.place {
            let title = match &*self.title {
                "" => String::new(),
                title => format!(": {title}"),
            };
            ui.result(styled(STRONG, &format!("{number} of {count}{title}")));
        }
        let metadata = self.metadata.put("");
        let metadata =
            Some(("metadata.toml".to_owned(), metadata)).filter(|(_, text)| !text.is_empty());
        for (name, text) in self.scripts.iter().chain(&metadata) {
            ui.result(styled(STRONG, name));
            ui.result(painted(backend, text));
        }
    }

    pub(super) fn scripts_as_json(&self) -> Value {
        let scripts = self.scripts.iter();
        scripts
            .map(|(file, text)| json!({ "file": file, "text": text }))
            .collect()
    }

    pub(super) fn as_json(&self) -> Value {
        let (up, down) = self.metadata.transactions.unwrap_or((true, true));
        json!({
            "title": self.title,
            "run_in_transaction": up,
            "revert_in_transaction": down,
            "lock_timeout": self.metadata.lock_timeout,
            "scripts": self.scripts_as_json(),
        })
    }
}
