//! `docs/operations.md` explains every word of the journal, every line and code of the log and every figure, and none
//! that does not exist. The words are taken from the sources, where each stands once.

#![expect(clippy::unwrap_used, reason = "a test; its helpers stand outside of the test functions")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The sources below a folder without their tests.
fn sources(folder: &str) -> String {
    fn collect(at: &Path, text: &mut String) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_name().is_some_and(|name| name == "tests" || name == "tests.rs");
            if path.is_dir() && !is_test {
                collect(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                let source = std::fs::read_to_string(path).unwrap();
                text.push_str(source.split("#[cfg(test)]\nmod tests {").next().unwrap());
            }
        }
    }
    let mut text = String::new();
    collect(&root().join(folder), &mut text);
    text
}

/// The arguments of each call of a function, as they are written.
fn calls(source: &str, function: &str) -> Vec<Vec<String>> {
    let starts = source.match_indices(function).map(|(at, found)| &source[at + found.len()..]);
    starts.filter_map(|rest| rest.strip_prefix('(')).map(arguments).collect()
}

fn arguments(rest: &str) -> Vec<String> {
    let (mut found, mut current, mut depth, mut quoted) = (Vec::new(), String::new(), 0_usize, false);
    for c in rest.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(std::mem::take(&mut current).trim().to_owned());
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    found.push(current.trim().to_owned());
    found
}

/// What is written between quotes, if that is all.
fn literal(argument: &str) -> Option<String> {
    argument.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
}

/// The words in backticks of the first column of a table, which begins with this head.
fn documented(head: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let (_, table) =
        page.split_once(head).unwrap_or_else(|| unreachable!("docs/operations.md has no table {head}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

fn words(all: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    all.into_iter().collect()
}

#[test]
fn every_word_of_the_journal_is_explained() {
    let written = calls(&sources("edge-core/src/engine"), "journal::write");
    assert!(written.len() > 20, "{} calls", written.len());
    let mut known: BTreeSet<String> = written.iter().filter_map(|arguments| literal(&arguments[4])).collect();
    // Kinds of walks, and what a variable holds.
    known.extend(["delta", "backfill", "dry_run", "messages", "unchanged"].map(str::to_owned));
    assert_eq!(documented("| word | what happened |"), known);
}

#[test]
fn every_line_of_the_log_is_explained() {
    let written = calls(&sources("edge-worker/src"), "log::write");
    let known: BTreeSet<String> = written.iter().filter_map(|arguments| literal(&arguments[1])).collect();
    assert_eq!(known.len(), written.len(), "a line that is no plain text, or one that is written twice");
    assert_eq!(documented("| message | level | worry when |"), known);
}

#[test]
fn every_code_of_the_log_is_explained() {
    let intake = sources("edge-core/src/intake");
    let handlers = sources("edge-worker/src/handlers");
    let object = ["tidio_project_do.rs", "object_call.rs"]
        .map(|file| std::fs::read_to_string(root().join("edge-worker/src").join(file)).unwrap())
        .concat();
    let mut known = BTreeSet::new();
    for source in [&intake, &handlers] {
        for function in ["Refusal::unproven", "Refusal::unreadable"] {
            known.extend(calls(source, function).iter().filter_map(|arguments| literal(&arguments[0])));
        }
        known.extend(calls(source, "Refusal::new").iter().filter_map(|arguments| literal(arguments.get(1)?)));
        known.extend(source.split("why: \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    known.extend(calls(&handlers, "refuse").iter().filter_map(|arguments| literal(arguments.get(1)?)));
    let vendor = sources("edge-core/src/engine");
    let causes = vendor.split("pub const fn cause(").skip(1);
    let causes =
        causes.flat_map(|rest| rest.split("\n    }\n").next().unwrap().split('"').skip(1).step_by(2));
    known.extend(causes.map(str::to_owned));
    let is_code =
        |word: &&str| word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for marker in ["map_err(|_detail| \"", "=> \"", "ok_or(\"", "Err(\"", ";\n        \""] {
        let found = object.split(marker).skip(1).map(|rest| rest.split('"').next().unwrap());
        known.extend(found.filter(is_code).map(str::to_owned));
    }
    assert_eq!(documented("| `why`, `code` or `cause` | means |"), known);
}

#[test]
fn every_figure_is_explained() {
    let figures = sources("edge-core/src/engine/");
    let (_, figures) = figures.split_once("pub fn figures").unwrap();
    let (figures, _) = figures.split_once("/// One figure of a Tidio project").unwrap();
    let mut known = words(calls(figures, "plain").iter().filter_map(|arguments| literal(&arguments[0])));
    known.extend(
        figures.split("Figure { name: \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()),
    );
    let known = words(known.iter().map(|name| format!("tidio_bridge_{name}")));
    assert_eq!(documented("| figure | is | worry when |"), known);
}
