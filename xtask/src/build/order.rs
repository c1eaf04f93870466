//! The order of a module's functions in which it compresses best.
//!
//! gzip repeats what stood within the last 32 KiB, and compiled code repeats itself all over a module: copies of one
//! generic, the same ends of blocks, the same calls. So each function is followed by the one that shares most with the
//! functions before it, measured by the short runs of bytes that occur in both; rare runs count more than common ones.
//! Beside an order by name this was 4 % of the Worker.

use std::{
    collections::{HashMap, VecDeque},
    fs,
    path::Path,
};

use super::sections::{CODE, IMPORTS, name, number, push_name, push_number, sections};
use crate::failure::{Failure, Outcome};

/// Bytes of a run.
const RUN: usize = 6;
/// A run in more functions than this says nothing about two of them.
const COMMON: usize = 600;
/// How many functions back a repetition may lie; they are about as many as fit into 32 KiB.
const WINDOW: usize = 110;
/// Keeps the smallest functions, of which any has most of its runs in common with something, from coming first.
const SMALL: u64 = 20;

/// Names the functions of a module so that the order of their names is the best one, in place.
///
/// # Errors
/// When the module is none.
pub fn name_by_order(module: &Path) -> Outcome {
    let bytes = fs::read(module).map_err(Failure::on("read", module))?;
    let named = named(&bytes)
        .ok_or_else(|| Failure::new(format!("{} is not a WebAssembly module.", module.display())))?;
    fs::write(module, named).map_err(Failure::on("write", module))
}

fn named(module: &[u8]) -> Option<Vec<u8>> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for (id, body) in sections(module)? {
        match id {
            IMPORTS => imported = imported_functions(body)?,
            CODE => bodies = functions(body)?,
            _ => {}
        }
    }
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        *places.get_mut(function)? = place;
    }
    let mut names = Vec::new();
    push_number(&mut names, places.len());
    for (function, place) in places.into_iter().enumerate() {
        push_number(&mut names, imported + function);
        push_name(&mut names, &format!("{place:06}"));
    }
    // The custom section `name`, in it the names of functions.
    let mut section = Vec::new();
    push_name(&mut section, "name");
    section.push(1);
    push_number(&mut section, names.len());
    section.extend(names);
    let mut out = module.to_vec();
    out.push(0);
    push_number(&mut out, section.len());
    out.extend(section);
    Some(out)
}

/// Functions and tags are what is imported here; a tag has an attribute before its type.
fn imported_functions(mut body: &[u8]) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..number(&mut body)? {
        let (_module, _name) = (name(&mut body)?, name(&mut body)?);
        let (&kind, after) = body.split_first()?;
        body = after;
        match kind {
            0 => functions += 1,
            4 => drop(number(&mut body)?),
            _ => return None,
        }
        number(&mut body)?;
    }
    Some(functions)
}

fn functions(mut body: &[u8]) -> Option<Vec<&[u8]>> {
    let count = number(&mut body)?;
    let mut bodies = Vec::with_capacity(count);
    for _ in 0..count {
        let length = number(&mut body)?;
        let (function, after) = body.split_at_checked(length)?;
        body = after;
        bodies.push(function);
    }
    Some(bodies)
}

/// What functions have in common, and with which of them the last ones share how much.
struct Likeness {
    /// The runs of each function.
    runs: Vec<Vec<u64>>,
    /// The functions of each run that says something.
    holders: HashMap<u64, Vec<usize>>,
    /// Per function: what it shares with the window.
    shared: Vec<u64>,
}

impl Likeness {
    fn of(bodies: &[&[u8]]) -> Self {
        let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut runs = Vec::with_capacity(bodies.len());
        for (function, body) in bodies.iter().enumerate() {
            let mut own: Vec<u64> = body.windows(RUN).map(run).collect();
            own.sort_unstable();
            own.dedup();
            for run in &own {
                holders.entry(*run).or_default().push(function);
            }
            runs.push(own);
        }
        holders.retain(|_, holders| (2..=COMMON).contains(&holders.len()));
        for own in &mut runs {
            own.retain(|run| holders.contains_key(run));
        }
        let shared = vec![0; bodies.len()];
        Likeness { runs, holders, shared }
    }

    /// A function comes into the window, or goes out of it.
    fn count(&mut self, function: usize, change: fn(u64, u64) -> u64) {
        for run in self.runs.get(function).into_iter().flatten() {
            let holders = self.holders.get(run).map_or(&[][..], Vec::as_slice);
            let weight = (1 << 16) / (holders.len() as u64).max(1);
            for holder in holders {
                if let Some(shared) = self.shared.get_mut(*holder) {
                    *shared = change(*shared, weight);
                }
            }
        }
    }

    /// The one of these that shares most for its size; the first of equals.
    fn nearest(&self, left: &[usize], sizes: &[u64]) -> Option<usize> {
        let score = |place: &usize| {
            let function = left.get(*place).copied().unwrap_or_default();
            let shared = self.shared.get(function).copied().unwrap_or_default();
            let size = sizes.get(function).copied().unwrap_or_default() + SMALL;
            (u128::from(shared) << 32) / u128::from(size)
        };
        // `max_by_key` gives the last of equals, so from the back.
        (0..left.len()).rev().max_by_key(score)
    }
}

fn run(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |run, byte| run << 8 | u64::from(*byte))
}

/// Indices of functions, beginning with the longest.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let sizes: Vec<u64> = bodies.iter().map(|body| body.len() as u64).collect();
    let mut likeness = Likeness::of(bodies);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|function| std::cmp::Reverse(sizes.get(*function).copied()));
    let mut window = VecDeque::new();
    let mut order = Vec::with_capacity(left.len());
    while let Some(place) = likeness.nearest(&left, &sizes) {
        let function = left.remove(place);
        order.push(function);
        likeness.count(function, u64::saturating_add);
        window.push_back(function);
        if window.len() > WINDOW
            && let Some(gone) = window.pop_front()
        {
            likeness.count(gone, u64::saturating_sub);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likes_stand_together_and_every_function_once() {
        let one: Vec<u8> = (0..60).collect();
        let other: Vec<u8> = (100..150).collect();
        let almost_one: Vec<u8> = (3..58).collect();
        let almost_other: Vec<u8> = (105..148).collect();
        let bodies = [&one[..], &other, &[1, 2], &almost_one, &almost_other];
        assert_eq!(order(&bodies), [0, 3, 1, 4, 2]);
        assert_eq!(order(&bodies), order(&bodies), "the same every time");
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn names_are_added_behind_the_imports() {
        let mut module = vec![0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
        // One imported function; two functions of two bytes.
        module.extend([IMPORTS, 7, 1, 1, b'm', 1, b'f', 0, 0, CODE, 7, 2, 2, 0, 11, 2, 0, 11]);
        let with_names = named(&module).unwrap();
        assert!(with_names.starts_with(&module));
        assert!(with_names.ends_with(b"\x02\x01\x06000000\x02\x06000001"), "{with_names:?}");
        assert!(named(&module[..12]).is_none());
    }
}
