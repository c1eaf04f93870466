//! What the glue offers and nobody asks for.
//!
//! The crates `worker` and `wasm-streams` export classes for streams, containers and buckets whether they are used or
//! not. Their glue goes when the bundler may take constructors for free of effects, and with it the calls of the
//! module's exports; the module's own optimiser then drops what only those reached.

use std::{collections::BTreeSet, fs, path::Path};

use super::sections::{EXPORTS, changed, name, number, push_name, push_number};
use crate::{
    failure::{Failure, Outcome},
    job::Job,
    paths,
    setup::npm,
};

/// What the Worker offers: the handlers and the Durable Objects of `wrangler.toml`.
const ENTRY: &str = "edge-worker/entry.js";

/// Constructors of which the glue makes one for each class, and which have no effect but the object. The bundler's own
/// option for that covers calls, not `new`.
const WITHOUT_EFFECT: [&str; 2] = ["new Proxy(", "new FinalizationRegistry("];

/// Bundles the glue anew under [`ENTRY`], without what that does not reach.
///
/// # Errors
/// When the bundler cannot read the entry, or it lacks one of the classes.
pub fn drop_glue(glue: &Path) -> Outcome {
    let text = fs::read_to_string(glue).map_err(Failure::on("read", glue))?;
    fs::write(glue, marked(text)).map_err(Failure::on("write", glue))?;
    let entry = glue.with_file_name("entry.js");
    fs::copy(paths::in_root(ENTRY), &entry).map_err(Failure::on("create", &entry))?;
    let bundled = glue.with_file_name("bundled.js");
    Job::new(npm::program("esbuild")?, paths::logs().join("build-worker-glue.log"))
        .args(["--bundle", "--minify", "--format=esm", "--target=esnext", "--log-level=warning"])
        .args(["--external:./index_bg.wasm", "--external:cloudflare:*"])
        // Nobody here disposes of an object by that symbol.
        .args(["--define:Symbol.dispose=undefined"])
        .args([entry.as_path()])
        .args([format!("--outfile={}", bundled.display())])
        .env("PATH", npm::search_path())
        .run()?;
    paths::remove(&entry)?;
    fs::rename(&bundled, glue).map_err(Failure::on("create", glue))
}

/// The glue with a note for the bundler at what it may leave out unless it is used.
fn marked(glue: String) -> String {
    WITHOUT_EFFECT.into_iter().fold(glue, |text, made| text.replace(made, &format!("/* @__PURE__ */ {made}")))
}

/// Takes the exports out of a module whose names do not occur in its glue.
///
/// # Errors
/// When the module is none.
pub fn drop_exports(module: &Path, glue: &Path) -> Outcome {
    let bytes = fs::read(module).map_err(Failure::on("read", module))?;
    let text = fs::read_to_string(glue).map_err(Failure::on("read", glue))?;
    let kept = without_exports(&bytes, &words(&text))
        .ok_or_else(|| Failure::new(format!("{} is not a WebAssembly module.", module.display())))?;
    fs::write(module, kept).map_err(Failure::on("write", module))
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '$')).collect()
}

fn without_exports(module: &[u8], wanted: &BTreeSet<&str>) -> Option<Vec<u8>> {
    changed(module, |id, body| if id == EXPORTS { exports(body, wanted) } else { Some(body.to_vec()) })
}

fn exports(mut body: &[u8], wanted: &BTreeSet<&str>) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut count = 0;
    for _ in 0..number(&mut body)? {
        let name = name(&mut body)?;
        let (&kind, after) = body.split_first()?;
        body = after;
        let index = number(&mut body)?;
        if wanted.contains(name) {
            count += 1;
            push_name(&mut kept, name);
            kept.push(kind);
            push_number(&mut kept, index);
        }
    }
    let mut out = Vec::new();
    push_number(&mut out, count);
    out.extend(kept);
    body.is_empty().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_that_the_glue_names_are_kept() {
        let mut body = vec![3];
        for (name, kind) in [("memory", 2), ("stream_pull", 0), ("fetch", 0)] {
            push_name(&mut body, name);
            body.extend([kind, 0]);
        }
        let mut module = vec![0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, EXPORTS];
        push_number(&mut module, body.len());
        module.extend(body);
        let kept = without_exports(&module, &words("w.memory;w.fetch(1,stream_pulls)")).unwrap();
        let text = String::from_utf8_lossy(&kept);
        assert!(text.contains("memory") && text.contains("fetch") && !text.contains("stream_pull"), "{text}");
        assert_eq!(without_exports(&kept, &words("memory fetch")).unwrap(), kept, "lengths are right");
        assert!(without_exports(&module[..20], &BTreeSet::new()).is_none());
    }
}
