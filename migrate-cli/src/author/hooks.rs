//! What migrate.toml has run after files were written: formatters, `git add`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::context::Place;
use crate::error::CommandError;
use crate::ui::Ui;

impl Place {
    /// Runs each hook in turn, with the files as its last arguments. No shell is between, unless a hook names one.
    pub(crate) fn run_hooks(&self, ui: &mut Ui, files: &[PathBuf]) -> Result<(), CommandError> {
        for (name, words) in &self.settings.hooks {
            let Some((program, arguments)) = words.split_first() else {
                continue;
            };
            let failed = |why: String| {
                CommandError::failed(format!("the hook `{name}` failed: {why}"))
                    .with_help("the files are written; run the hook by hand, or mend it under [hooks] in migrate.toml")
            };
            let output = Command::new(program)
                .args(arguments)
                .args(files)
                .current_dir(self.settings_folder())
                .stdin(Stdio::null())
                .output()
                .map_err(|error| failed(format!("cannot start {program}: {error}")))?;
            // Standard output is for this command's own result.
            for text in [&output.stdout, &output.stderr] {
                let text = String::from_utf8_lossy(text);
                text.lines()
                    .for_each(|line| ui.note(format!("{name}: {line}")));
            }
            if !output.status.success() {
                return Err(failed(output.status.to_string()));
            }
        }
        Ok(())
    }
}
