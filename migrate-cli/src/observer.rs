//! How the events of a run look: lines or a bar on standard error for people, one JSON object each on standard output for
//! programs.

use std::time::Duration;

use migrate_core::{Direction, Event, Observer, Plan, Revision};
use serde_json::{Value, json};

use crate::report::{IN_LEDGER, failure_json};
use crate::style::{GOOD, ODD};
use crate::ui::Ui;

/// Somebody who waits wants to hear that it goes on, and no more.
const BETWEEN_WAITING_LINES: Duration = Duration::from_secs(5);

pub(crate) struct Progress<'u> {
    ui: &'u mut Ui,
    /// The migrations directory as the user would name it.
    shown: &'u str,
    /// Whether all of it is rolled back.
    rehearsal: bool,
    /// When the last line about waiting was written, in the run's own count.
    waiting: Option<Duration>,
    /// How long the whole run took, once it is over.
    pub(crate) took: Option<Duration>,
}

impl<'u> Progress<'u> {
    pub(crate) fn new(ui: &'u mut Ui, shown: &'u str, rehearsal: bool) -> Self {
        Self {
            ui,
            shown,
            rehearsal,
            waiting: None,
            took: None,
        }
    }

    fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Stale { what } => self.odd(what),
            Event::Waiting { holder, waited } => self.wait(*holder, *waited),
            Event::Planned { plan } => self.ui.start_bar(plan.steps.len()),
            Event::StepStarted { revision, .. } => {
                if let Some(bar) = self.ui.bar() {
                    bar.set_message(revision.directory().to_owned());
                }
            }
            Event::Resumed { revision, done, of } => {
                self.odd(&format!(
                    "{} goes on: {done} of its {of} statements are done",
                    revision.directory()
                ));
            }
            Event::Retrying {
                revision,
                error,
                attempt,
                pause,
            } => self.odd(&format!(
                "{}: {error}; try {attempt} in {}",
                revision.directory(),
                duration(*pause)
            )),
            Event::Regrouped { steps } => {
                self.odd(&format!(
                    "{steps} revisions that ran together were rolled back; now they run one by one"
                ));
                if let Some(bar) = self.ui.bar() {
                    bar.set_position(
                        bar.position()
                            .saturating_sub(u64::try_from(*steps).unwrap_or(0)),
                    );
                }
            }
            Event::StepFinished {
                revision,
                direction,
                duration,
                statements,
            } => {
                let line = finished_line(revision, *direction, *duration, *statements);
                if self.rehearsal {
                    self.finish_step(&format!("rehearsed: {line}"));
                } else {
                    self.finish_step(&line);
                }
            }
            Event::StepFailed { .. } => self.ui.end_bar(),
            Event::Finished { .. } => self.ui.end_bar(),
            _ => {}
        }
    }

    fn odd(&mut self, text: &str) {
        self.ui.note(format!("{ODD}note{ODD:#}: {text}"));
    }

    fn wait(&mut self, holder: Option<&str>, waited: Duration) {
        if self
            .waiting
            .is_some_and(|last| waited.saturating_sub(last) < BETWEEN_WAITING_LINES)
        {
            return;
        }
        self.waiting = Some(waited);
        let holder = holder
            .map(|holder| format!(", held by {holder}"))
            .unwrap_or_default();
        let so_far = if waited.as_secs() == 0 {
            String::new()
        } else {
            format!(" ({} so far)", duration(waited))
        };
        self.odd(&format!("waiting for the migration lock{holder}{so_far}"));
    }

    fn finish_step(&mut self, line: &str) {
        match self.ui.bar() {
            Some(bar) => bar.inc(1),
            None => self.ui.note(line),
        }
    }
}

impl Observer for Progress<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Finished { duration, .. } = event {
            self.took = Some(*duration);
        }
        if !self.ui.is_json() {
            self.show(event);
        } else if let Some(value) = event_json(event, self.shown) {
            self.ui.json(&value);
        }
    }
}

fn finished_line(
    revision: &Revision,
    direction: Direction,
    took: Option<Duration>,
    statements: usize,
) -> String {
    let done = match direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    };
    let facts: Vec<_> = [
        (statements == 0).then(|| "empty".to_owned()),
        took.map(duration),
    ]
    .into_iter()
    .flatten()
    .collect();
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.join(", "))
    };
    format!("{GOOD}{done}{GOOD:#} {}{facts}", revision.directory())
}

/// A duration as people read it: `12 ms`, `3.4 s`, `2 min 5 s`.
pub(crate) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    // Thousandths are as fine as a clock is worth here.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A plan, in its event and as the result of a dry run.
pub(crate) fn plan_json(plan: &Plan<'_>) -> Value {
    let id = |revision: Option<&Revision>| revision.map(|revision| revision.id().to_owned());
    let steps: Vec<_> = plan
        .steps
        .iter()
        .map(|step| step_json(plan, step))
        .collect();
    json!({
        "event": "plan",
        "direction": plan.direction.name(),
        "from": id(plan.from),
        "to": id(plan.to),
        "steps": steps,
    })
}

fn step_json(plan: &Plan<'_>, step: &Revision) -> Value {
    let script = step.script(plan.direction, plan.backend);
    let losses = script.map_or_else(Vec::new, |script| script.losses(plan.backend));
    let destroys: Vec<_> = losses
        .iter()
        .map(|loss| json!({ "what": loss.what, "file": loss.file, "line": loss.position.line }))
        .collect();
    let mut value = json!({
        "revision": step.id(),
        "directory": step.directory(),
        "destroys": destroys,
    });
    if let Some(script) = kept(plan, step) {
        value["script"] = script.into();
    }
    value
}

/// The text of a step's script, where it is in no file but in the ledger.
pub(crate) fn kept<'p>(plan: &Plan<'p>, step: &'p Revision) -> Option<&'p str> {
    let script = step.script(plan.direction, plan.backend)?;
    script.file().starts_with(IN_LEDGER).then(|| script.text())
}

fn event_json(event: &Event<'_>, shown: &str) -> Option<Value> {
    Some(match event {
        Event::Stale { what } => json!({ "event": "stale", "what": what }),
        Event::Waiting { holder, waited } => {
            json!({ "event": "waiting", "holder": holder, "waited_ms": milliseconds(*waited) })
        }
        Event::Planned { plan } => plan_json(plan),
        Event::StepStarted {
            revision,
            direction,
            number,
            of,
        } => json!({
            "event": "started",
            "revision": revision.id(),
            "direction": direction.name(),
            "number": number,
            "of": of,
        }),
        Event::Resumed { revision, done, of } => {
            json!({ "event": "resumed", "revision": revision.id(), "done": done, "of": of })
        }
        Event::Retrying {
            revision,
            error,
            attempt,
            pause,
        } => json!({
            "event": "retrying",
            "revision": revision.id(),
            "message": error,
            "attempt": attempt,
            "pause_ms": milliseconds(*pause),
        }),
        Event::Regrouped { steps } => json!({ "event": "regrouped", "steps": steps }),
        Event::StepFinished {
            revision,
            direction,
            duration,
            statements,
        } => json!({
            "event": "finished",
            "revision": revision.id(),
            "direction": direction.name(),
            "duration_ms": duration.map(milliseconds),
            "statements": statements,
        }),
        Event::StepFailed { failure, .. } => {
            json!({ "event": "failed", "failure": failure_json(failure, shown) })
        }
        // The report, which follows, says it.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_fine_as_they_are_worth() {
        for (given, shown) in [
            (Duration::from_micros(300), "0 ms"),
            (Duration::from_millis(12), "12 ms"),
            (Duration::from_millis(3_449), "3.4 s"),
            (Duration::from_secs(125), "2 min 5 s"),
        ] {
            assert_eq!(duration(given), shown);
        }
    }

    #[test]
    fn an_empty_revision_says_so() {
        let revision = Revision::new("2026-11-21_x");
        let line = finished_line(&revision, Direction::Up, Some(Duration::from_millis(2)), 0);
        assert!(line.ends_with("2026-11-21_x (empty, 2 ms)"), "{line}");
        let line = finished_line(&revision, Direction::Down, None, 1);
        assert!(line.ends_with("2026-11-21_x"), "{line}");
    }
}
