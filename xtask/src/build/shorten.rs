//! Short names between a module and its glue.
//!
//! wasm-bindgen names each import after its function and a hash of sixteen digits, and writes that name into the module
//! and into the glue. Random digits do not compress: they were a sixteenth of what a shopper downloads. In scope:
//! names of wasm-bindgen's own making, renamed in both files alike. Out of scope: names that people chose, which may
//! stand elsewhere in the glue with another meaning.

use std::{collections::BTreeMap, fs, path::Path};

use super::sections::{EXPORTS, IMPORTS, changed, name, number, push_name, push_number};
use crate::failure::{Failure, Outcome};

/// How the names begin that wasm-bindgen makes up.
const MADE_UP: [&str; 3] = ["__wbg_", "__wbindgen_", "wasm_bindgen_"];

/// The one of them that somebody else calls.
const KEPT: &str = "__wbindgen_start";

type Names = BTreeMap<String, String>;

/// Renames in both files, in place.
///
/// # Errors
/// When the module is none, or imports something else than functions and tags.
pub fn shorten(module: &Path, glue: &Path) -> Outcome {
    let bytes = fs::read(module).map_err(Failure::on("read", module))?;
    let text = fs::read_to_string(glue).map_err(Failure::on("read", glue))?;
    let mut names = Names::new();
    let short = renamed(&bytes, &mut names)
        .ok_or_else(|| Failure::new(format!("{} is not a module of wasm-bindgen's.", module.display())))?;
    fs::write(module, short).map_err(Failure::on("write", module))?;
    fs::write(glue, words_replaced(&text, &names)).map_err(Failure::on("write", glue))
}

/// The module with short names; `names` learns them.
fn renamed(module: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    changed(module, |id, body| match id {
        IMPORTS => entries(body, names, import),
        EXPORTS => entries(body, names, export),
        _ => Some(body.to_vec()),
    })
}

type Entry = fn(&mut &[u8], &mut Names, &mut Vec<u8>) -> Option<()>;

fn entries(mut body: &[u8], names: &mut Names, entry: Entry) -> Option<Vec<u8>> {
    let count = number(&mut body)?;
    let mut out = Vec::new();
    push_number(&mut out, count);
    for _ in 0..count {
        entry(&mut body, names, &mut out)?;
    }
    body.is_empty().then_some(out)
}

/// What may be imported: functions, and the tag of JavaScript's exceptions.
const FUNCTION: u8 = 0;
const TAG: u8 = 4;

fn import(body: &mut &[u8], names: &mut Names, out: &mut Vec<u8>) -> Option<()> {
    let module = name(body)?;
    push_name(out, module);
    push_name(out, &short(name(body)?, names));
    let (&kind, after) = body.split_first()?;
    *body = after;
    out.push(kind);
    match kind {
        FUNCTION => {}
        // Before its type stands its attribute, which is always nought.
        TAG => push_number(out, number(body)?),
        _ => return None,
    }
    push_number(out, number(body)?);
    Some(())
}

fn export(body: &mut &[u8], names: &mut Names, out: &mut Vec<u8>) -> Option<()> {
    let long = name(body)?;
    push_name(out, &short(long, names));
    let (&kind, after) = body.split_first()?;
    *body = after;
    out.push(kind);
    push_number(out, number(body)?);
    Some(())
}

/// A name that is also an identifier and occurs nowhere else: glue has no dollar signs of its own.
fn short(long: &str, names: &mut Names) -> String {
    if long == KEPT || !MADE_UP.iter().any(|start| long.starts_with(start)) {
        return long.to_owned();
    }
    let next = format!("${}", names.len());
    names.entry(long.to_owned()).or_insert(next).clone()
}

fn words_replaced(text: &str, names: &Names) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (between, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|letter| !is_part(letter)).unwrap_or(from.len()));
        out.push_str(between);
        out.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{super::sections::HEADER, *};

    const START: [u8; HEADER] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

    fn module(kind: u8) -> Vec<u8> {
        let long = "__wbg_get_".to_owned() + &"0".repeat(130);
        let mut imports = vec![1];
        push_name(&mut imports, "./g.js");
        push_name(&mut imports, &long);
        imports.extend([kind, 3]);
        imports.extend(std::iter::repeat_n(3, usize::from(kind == TAG)));
        let mut exports = vec![4];
        for (name, kind) in
            [("memory", 2), ("__wbindgen_start", 0), ("core_new", 0), ("__wbindgen_malloc", 0)]
        {
            push_name(&mut exports, name);
            exports.extend([kind, 0]);
        }
        let mut out = START.to_vec();
        for (id, body) in [(IMPORTS, imports), (10, vec![1, 2, 3]), (EXPORTS, exports)] {
            out.push(id);
            push_number(&mut out, body.len());
            out.extend(body);
        }
        out
    }

    #[test]
    fn imports_and_exports_are_renamed_and_the_rest_stays() {
        let mut names = Names::new();
        let short = renamed(&module(0), &mut names).unwrap();
        let text = String::from_utf8_lossy(&short);
        assert!(short.starts_with(&START) && text.contains("./g.js\u{2}$0") && !text.contains("__wbg_get_"));
        for kept in ["memory", "__wbindgen_start", "core_new"] {
            assert!(text.contains(kept), "{kept}");
        }
        assert!(text.contains("\u{2}$1") && short.windows(5).any(|five| five == [10, 3, 1, 2, 3]));
        let mut again = Names::new();
        assert_eq!(renamed(&short, &mut again).unwrap(), short, "lengths are right, and twice is as once");
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn a_tag_keeps_its_attribute() {
        let (long, mut names) = (module(TAG), Names::new());
        assert!(renamed(&long, &mut names).unwrap().windows(5).any(|five| five == [b'0', TAG, 3, 3, 10]));
    }

    #[test]
    fn whole_words_of_the_glue_follow() {
        let names: Names = [("core_new", "$1"), ("get", "$0")].map(|(a, b)| (a.into(), b.into())).into();
        let glue = "export function get(a) { wasm.core_new(a); core_new2; _get; `get` }";
        assert_eq!(
            words_replaced(glue, &names),
            "export function $0(a) { wasm.$1(a); core_new2; _get; `$0` }"
        );
        assert_eq!(words_replaced("", &names), "");
    }

    #[test]
    fn what_is_no_such_module_is_refused() {
        let mut names = Names::new();
        assert!(renamed(&[], &mut names).is_none());
        assert!(renamed(&module(0)[..30], &mut names).is_none());
        assert!(renamed(&module(3), &mut names).is_none(), "a global is no function");
    }
}
