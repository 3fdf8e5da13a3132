//! A plan as the user sees it: what would run, what that destroys, and the question before it does.

use migrate_core::{Direction, Event, Loss, Observer, Plan};
use serde_json::Value;

use crate::error::CommandError;
use crate::observer::{kept, plan_json};
use crate::ui::Ui;

/// So many lines are shown before the question; more would push it off the screen.
const LISTED: usize = 20;

/// What a run would do; filled by the events of a dry run.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    steps: Vec<Step>,
    pub(crate) json: Vec<Value>,
}

#[derive(Debug)]
struct Step {
    direction: Direction,
    directory: String,
    losses: Vec<Loss>,
    /// Its script, where that is in no file but in the ledger.
    script: Option<String>,
}

impl Observer for Planned {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Planned { plan } = event {
            self.json.push(plan_json(plan));
            self.add(plan);
        }
    }
}

impl Planned {
    fn add(&mut self, plan: &Plan<'_>) {
        let steps = plan.steps.iter().map(|step| {
            let script = step.script(plan.direction, plan.backend);
            Step {
                direction: plan.direction,
                directory: step.directory().to_owned(),
                losses: script.map_or_else(Vec::new, |script| script.losses(plan.backend)),
                script: kept(plan, step).map(str::to_owned),
            }
        });
        self.steps.extend(steps);
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.steps.iter().flat_map(Step::lines)
    }

    /// Asks before data is destroyed, or scripts run that are in no file. Only what is taken back is asked about: an upgrade's author
    /// meant what is written there.
    pub(crate) fn confirm(&self, ui: &mut Ui) -> Result<(), CommandError> {
        let back = || {
            self.steps
                .iter()
                .filter(|step| step.direction == Direction::Down)
        };
        let losses: Vec<_> = back().flat_map(|step| &step.losses).collect();
        let kept = back().filter(|step| step.script.is_some()).count();
        if losses.is_empty() && kept == 0 {
            return Ok(());
        }
        if !ui.is_interactive() {
            if kept > 0 {
                self.show(ui);
            }
            return Err(refused(&losses, kept));
        }
        // What the ledger kept stands nowhere else.
        self.show_lines(ui, if kept > 0 { usize::MAX } else { LISTED });
        let question = if losses.is_empty() {
            "These scripts are from the ledger. Run them?"
        } else {
            "What is dropped or deleted is lost. Go on?"
        };
        if ui.ask(question) {
            Ok(())
        } else {
            Err(CommandError::failed("not confirmed: nothing was changed")
                .with_help("--yes goes without asking"))
        }
    }

    /// To whom cannot be asked, so that the scripts of the ledger can be read without another call.
    fn show(&self, ui: &mut Ui) {
        if ui.is_json() {
            self.json.iter().for_each(|plan| ui.json(plan));
        } else {
            self.show_lines(ui, usize::MAX);
        }
    }

    fn show_lines(&self, ui: &mut Ui, at_most: usize) {
        let lines: Vec<_> = self.lines().collect();
        for line in lines.iter().take(at_most) {
            ui.insist(line);
        }
        if let Some(more) = lines.len().checked_sub(at_most).filter(|more| *more > 0) {
            ui.insist(format!("and {more} more lines; --dry-run shows them all"));
        }
    }
}

/// Nobody can be asked.
fn refused(losses: &[&Loss], kept: usize) -> CommandError {
    let message = match losses {
        [] if kept == 1 => "this runs a script that only the ledger has".to_owned(),
        [] => format!("this runs {kept} scripts that only the ledger has"),
        [loss] => format!("this destroys data: {loss}"),
        [loss, rest @ ..] => format!("this destroys data: {loss}, and {} more", rest.len()),
    };
    CommandError::usage(message).with_help("--dry-run shows all of it; --yes says that it is meant")
}

impl Step {
    fn lines(&self) -> impl Iterator<Item = String> {
        let verb = match self.direction {
            Direction::Up => "would apply",
            Direction::Down => "would revert",
        };
        let from = match &self.script {
            Some(_) => ", unknown to this build, by the script that the ledger kept:",
            None => "",
        };
        let script = self.script.as_deref().unwrap_or_default().lines();
        let script = script.map(|line| format!("  | {line}"));
        let losses = self.losses.iter().map(|loss| format!("  {loss}"));
        std::iter::once(format!("{verb} {}{from}", self.directory))
            .chain(script)
            .chain(losses)
    }
}
