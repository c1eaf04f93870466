//! `cargo xtask size`: what users download or deploy, beside the budgets.
//!
//! Compression is measured by Node's own zlib and brotli, at the strongest settings, as servers of static files
//! use them. kB is 1,000 bytes, KiB is 1,024.

mod budget;

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use crate::{
    build::{self, Artefact, Profile},
    failure::{Failure, Outcome},
    job::Job,
    paths,
    report::say,
    setup::npm,
};
use budget::{BUDGETS, Budget, Unit};

/// Bytes of one artefact: as it is, and compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Not compressed.
    pub raw: u64,
    /// `gzip -9`.
    pub gzip: u64,
    /// Brotli at quality 11.
    pub brotli: u64,
}

/// Prints bytes for a list of files; the sum of an artefact is what its files cost one by one.
const MEASURE: &str = "const z=require('zlib'),f=require('fs');console.log(JSON.stringify(process.argv.slice(1).map(n=>{\
const b=f.readFileSync(n);return{raw:b.length,gzip:z.gzipSync(b,{level:9}).length,brotli:z.brotliCompressSync(b,{params:{\
[z.constants.BROTLI_PARAM_QUALITY]:11,[z.constants.BROTLI_PARAM_SIZE_HINT]:b.length}}).length}})))";

/// Builds what shoppers download and prints its table.
///
/// # Errors
/// When something is over its budget, or cannot be built or measured.
pub fn check_browser() -> Outcome {
    build::run(Artefact::Npm, Profile::Release)?;
    bundle_boot()?;
    print(Format::Table, |budget| budget.unit == Unit::Brotli)
}

/// Builds the Worker and prints its table.
///
/// # Errors
/// When it is over its budget, or cannot be built or measured.
pub fn check_worker() -> Outcome {
    build::run(Artefact::Worker, Profile::Release)?;
    print(Format::Table, |budget| budget.unit == Unit::Gzip)
}

/// How the figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: one JSON document and nothing else on standard output.
    Json,
}

/// Builds everything and prints its figures.
///
/// # Errors
/// When something is over its budget, or cannot be built or measured.
pub fn report(format: Format) -> Outcome {
    if format == Format::Table {
        build()?;
    } else {
        crate::report::quietly(build)?;
    }
    bundle_boot()?;
    print(format, |_| true)
}

fn print(format: Format, wanted: impl Fn(&Budget) -> bool) -> Outcome {
    let measured: Vec<(&Budget, Bytes)> = BUDGETS
        .iter()
        .filter(|budget| wanted(budget))
        .map(|budget| Ok((budget, measure(budget)?)))
        .collect::<Outcome<_>>()?;
    match format {
        Format::Table => measured.iter().for_each(|(budget, bytes)| say(line(budget, *bytes))),
        Format::Json => say(document(&measured).to_string()),
    }
    let over: Vec<&str> = measured
        .iter()
        .filter(|(budget, bytes)| !budget.holds(*bytes))
        .map(|(budget, _)| budget.name)
        .collect();
    if over.is_empty() { Ok(()) } else { Err(Failure::new(format!("Over budget: {}.", over.join(", ")))) }
}

fn build() -> Outcome {
    build::run(Artefact::Npm, Profile::Release)?;
    build::run(Artefact::Worker, Profile::Release)
}

/// The file that stands for what a shop's own bundle gains: the entry with everything it loads at once.
fn boot_file() -> PathBuf {
    paths::target().join("size/boot.js")
}

fn bundle_boot() -> Outcome {
    Job::new(npm::program("esbuild")?, paths::logs().join("size.log"))
        .args(["--bundle", "--minify", "--format=esm", "--external:./engine.js", "--legal-comments=none"])
        .args([paths::in_root("npm/dist/index.js")])
        .args([format!("--outfile={}", boot_file().display())])
        .env("PATH", npm::search_path())
        .run()
}

fn measure(budget: &Budget) -> Outcome<Bytes> {
    let files: Vec<PathBuf> = budget
        .files
        .iter()
        .map(|file| if *file == budget::BOOT { boot_file() } else { paths::in_root(file) })
        .collect();
    if let Some(missing) = files.iter().find(|file| fs::metadata(file).is_err()) {
        return Err(Failure::new(format!(
            "{} is missing, so {} has no size.",
            missing.display(),
            budget.name
        )));
    }
    let output = Command::new(npm::node()?).args(["-e", MEASURE]).args(&files).output();
    let output = output.map_err(|error| Failure::new(format!("Cannot start Node.js: {error}.")))?;
    sum(&output.stdout).ok_or_else(|| {
        Failure::new(format!("Cannot measure {}.", budget.name))
            .with_detail(String::from_utf8_lossy(&output.stderr))
    })
}

fn sum(json: &[u8]) -> Option<Bytes> {
    let files: Value = serde_json::from_slice(json).ok()?;
    let total =
        |name: &str| files.as_array()?.iter().map(|file| file.get(name)?.as_u64()).sum::<Option<u64>>();
    Some(Bytes { raw: total("raw")?, gzip: total("gzip")?, brotli: total("brotli")? })
}

fn line(budget: &Budget, bytes: Bytes) -> String {
    let mark = match (budget.limit, budget.holds(bytes)) {
        (None, _) => ' ',
        (Some(_), true) => '✓',
        (Some(_), false) => '✗',
    };
    format!(
        "{mark} {:<18} raw {:>9}  gzip {:>8}  brotli {:>8}{}",
        budget.name,
        thousands(bytes.raw),
        thousands(bytes.gzip),
        thousands(bytes.brotli),
        limit(budget)
    )
}

fn limit(budget: &Budget) -> String {
    let of = match budget.unit {
        Unit::Brotli => "brotli",
        Unit::Gzip => "gzip",
    };
    budget.limit.map_or_else(String::new, |limit| format!("  budget {} {of}", thousands(limit)))
}

fn document(measured: &[(&Budget, Bytes)]) -> Value {
    let artefacts = measured.iter().map(|(budget, bytes)| {
        json!({
            "name": budget.name.trim(),
            "files": budget.files,
            "raw_bytes": bytes.raw,
            "gzip_bytes": bytes.gzip,
            "brotli_bytes": bytes.brotli,
            "budget_bytes": budget.limit,
            "budget_of": match budget.unit { Unit::Brotli => "brotli", Unit::Gzip => "gzip" },
            "within_budget": budget.holds(*bytes),
        })
    });
    json!({ "artefacts": artefacts.collect::<Vec<_>>() })
}

/// `1234567` as `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Budget =
        Budget { name: "sample", files: &["a", "b"], unit: Unit::Brotli, limit: Some(2_000) };

    #[test]
    fn sizes_of_several_files_add_up() {
        let json = br#"[{"raw":1,"gzip":2,"brotli":3},{"raw":10,"gzip":20,"brotli":30}]"#;
        assert_eq!(sum(json), Some(Bytes { raw: 11, gzip: 22, brotli: 33 }));
        assert_eq!(sum(b"[{}]"), None);
        assert_eq!(sum(b""), None);
    }

    #[test]
    fn the_table_and_the_document_say_the_same() {
        let bytes = Bytes { raw: 1_234_567, gzip: 999, brotli: 2_001 };
        assert_eq!(
            line(&SAMPLE, bytes),
            "✗ sample             raw 1,234,567  gzip      999  brotli    2,001  budget 2,000 brotli"
        );
        let document = document(&[(&SAMPLE, bytes)]);
        let artefact = &document["artefacts"][0];
        assert_eq!(artefact["brotli_bytes"], 2_001);
        assert_eq!(artefact["within_budget"], false);
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), expected);
        }
    }
}
