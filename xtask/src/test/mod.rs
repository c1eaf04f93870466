//! `cargo xtask test`: everything CI runs.
//!
//! A failing step never stops the others. The last line is `N passed, N failed`, for machines.

pub mod layers;
mod tally;

use std::{fs, path::PathBuf, time::Duration};

use clap::ValueEnum as _;

use crate::{
    failure::Outcome,
    interrupt, paths,
    platform::Stopwatch,
    report::{say, say_failure, seconds},
};
use layers::{Layer, Step, Work};
use tally::Tally;

/// What a step may take: the longest takes ten minutes on two cores with nothing beside it, and several times that where
/// others use them, too. A program that hangs must not cost the run its other steps, nor its summary.
const LIMIT: Duration = Duration::from_mins(40);

/// What became of one step.
struct Row {
    layer: String,
    name: &'static str,
    tally: Tally,
    seconds: f64,
    succeeded: bool,
}

/// Runs the chosen layers, all if none is chosen, and prints the summary. True when nothing failed.
///
/// # Errors
/// When the user asked to stop.
pub fn run(chosen: &[Layer]) -> Outcome<bool> {
    let watch = Stopwatch::start();
    let steps = layers::steps(chosen);
    let mut rows = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        say(format!("[{}/{}] {} …", index + 1, steps.len(), title(step)));
        rows.push(row(step));
        if interrupt::requested() {
            return Err(interrupt::failure());
        }
    }
    let total = rows.iter().fold(Tally::default(), |sum, row| sum.plus(row.tally));
    say("");
    say(table(&rows));
    say(format!("Total time {}. Full logs: {}", seconds(watch.seconds()), paths::logs().display()));
    say(format!("{} passed, {} failed", total.passed, total.failed));
    Ok(rows.iter().all(|row| row.succeeded))
}

fn row(step: &Step) -> Row {
    let watch = Stopwatch::start();
    let log = log_of(step);
    let outcome = match &step.work {
        Work::Program(job) => job(log.clone()).and_then(|job| job.at_most(LIMIT).run()),
        Work::Inside(work) => work(),
    };
    let text = match &step.work {
        Work::Program(_) => {
            fs::read(&log).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into())
        }
        Work::Inside(_) => String::new(),
    };
    if let Err(failure) = &outcome {
        say_failure(failure);
    }
    let row = Row {
        layer: layer_name(step),
        name: step.name,
        tally: Tally::of_step(&text, outcome.is_ok()),
        seconds: watch.seconds(),
        succeeded: outcome.is_ok(),
    };
    say(format!("{} {} ({})", mark(row.succeeded), title(step), seconds(row.seconds)));
    row
}

fn mark(succeeded: bool) -> char {
    if succeeded { '✓' } else { '✗' }
}

fn layer_name(step: &Step) -> String {
    step.layer
        .and_then(|layer| layer.to_possible_value())
        .map_or_else(|| "all".to_owned(), |value| value.get_name().to_owned())
}

fn title(step: &Step) -> String {
    format!("{}: {}", layer_name(step), step.name)
}

fn log_of(step: &Step) -> PathBuf {
    let name: String = step.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    paths::logs().join(format!("test-{}-{name}.log", layer_name(step)))
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![format!(
        "  {:<8}{:<20}{:>8}{:>8}{:>9}{:>14}",
        "layer", "step", "passed", "failed", "skipped", "time"
    )];
    lines.extend(rows.iter().map(|row| {
        let Tally { passed, failed, skipped } = row.tally;
        let time = seconds(row.seconds);
        format!(
            "{} {:<8}{:<20}{passed:>8}{failed:>8}{skipped:>9}{time:>14}",
            mark(row.succeeded),
            row.layer,
            row.name
        )
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up() {
        let row = |name, succeeded, passed, failed| Row {
            layer: "native".to_owned(),
            name,
            tally: Tally { passed, failed, skipped: 0 },
            seconds: 12.0,
            succeeded,
        };
        let text = table(&[row("clippy", true, 1, 0), row("cargo test", false, 120, 3)]);
        let expected = "  layer   step                  passed  failed  skipped          time\n\
                        ✓ native  clippy                     1       0        0          12 s\n\
                        ✗ native  cargo test               120       3        0          12 s";
        assert_eq!(text, expected);
    }

    #[test]
    fn logs_have_plain_names() {
        let step = Step { layer: Some(Layer::E2e), name: "demo --check", work: Work::Inside(|| Ok(())) };
        assert!(log_of(&step).ends_with("test-e2e-demo---check.log"));
    }

    #[test]
    fn a_step_that_fails_is_a_failure_and_the_rest_is_counted() {
        let broken = Step {
            layer: None,
            name: "broken",
            work: Work::Inside(|| Err(crate::failure::Failure::new("It broke, as this test wants."))),
        };
        let fine = Step { layer: None, name: "fine", work: Work::Inside(|| Ok(())) };
        let rows = [row(&broken), row(&fine)];
        assert_eq!(
            rows.each_ref().map(|row| (row.succeeded, row.tally.passed, row.tally.failed)),
            [(false, 0, 1), (true, 1, 0)]
        );
    }
}
