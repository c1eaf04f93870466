//! Stamps: a hash of everything a step read, stored beside what it made, so that a step whose inputs did not
//! change is skipped.
//!
//! In scope: hashing files and folders, reading and writing stamps. Out of scope: deciding what the inputs are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{
    failure::{Failure, Outcome},
    paths,
};

/// What lies directly in a given folder and is a result, never an input. `next build` writes `next-env.d.ts`: as an input
/// it would make every first build out of date.
const RESULTS: [&str; 7] = ["node_modules", "target", "dist", "build", ".next", ".wrangler", "next-env.d.ts"];

/// Collects inputs; the order in which they are added matters, the order of files in a folder does not.
#[derive(Debug, Clone, Default)]
pub struct Inputs(Sha256);

impl Inputs {
    /// Adds a word, such as a tool version or a flag.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.frame(b'w', word.as_bytes());
        self
    }

    /// Adds a file's or folder's names and contents. A missing path counts as such and is no error.
    ///
    /// # Errors
    /// When something that exists cannot be read.
    pub fn path(mut self, path: &Path) -> Outcome<Self> {
        let mut files = Vec::new();
        collect(path, &RESULTS, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(path).unwrap_or(&file);
            self.frame(b'n', name.as_os_str().as_encoded_bytes());
            let content = fs::read(&file).map_err(Failure::on("read", &file))?;
            self.frame(b'c', &content);
        }
        self.frame(b'e', &[]);
        Ok(self)
    }

    /// The hash as 64 hexadecimal digits.
    pub fn hash(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    // Kind and length in front of each piece keep "ab" + "c" apart from "a" + "bc".
    fn frame(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

fn collect(path: &Path, except: &[&str], files: &mut Vec<PathBuf>) -> Outcome {
    let Ok(meta) = fs::metadata(path) else { return Ok(()) };
    if meta.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(Failure::on("list", path))? {
        let entry = entry.map_err(Failure::on("list", path))?;
        let name = entry.file_name();
        if !except.iter().any(|result| name.as_os_str() == *result) {
            collect(&entry.path(), &[], files)?;
        }
    }
    Ok(())
}

/// Whether `stamp` says that its step ran with exactly these inputs.
pub fn is_current(stamp: &Path, hash: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == hash)
}

/// Records that a step ran with these inputs. Written under another name and renamed, so it is whole or absent.
///
/// # Errors
/// When the file system refuses.
pub fn write(stamp: &Path, hash: &str) -> Outcome {
    if let Some(parent) = stamp.parent() {
        paths::make_dir(parent)?;
    }
    let temporary = stamp.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&temporary, hash).map_err(Failure::on("write", &temporary))?;
    fs::rename(&temporary, stamp).map_err(Failure::on("write", stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("xtask-stamp-{name}-{}", std::process::id()));
        paths::remove(&dir).unwrap();
        fs::create_dir_all(dir.join("src")).unwrap();
        fs::write(dir.join("src/a.rs"), "a").unwrap();
        dir
    }

    fn hash(dir: &Path) -> String {
        Inputs::default().word("v1").path(dir).unwrap().hash()
    }

    #[test]
    fn any_change_of_an_input_changes_the_hash() {
        let dir = folder("change");
        let before = hash(&dir);
        assert_eq!(before, hash(&dir));
        type Change = fn(&Path);
        let changes: [(&str, Change); 3] = [
            ("content", |dir| fs::write(dir.join("src/a.rs"), "b").unwrap()),
            ("new file", |dir| fs::write(dir.join("src/b.rs"), "").unwrap()),
            ("rename", |dir| fs::rename(dir.join("src/b.rs"), dir.join("src/c.rs")).unwrap()),
        ];
        let mut seen = vec![before];
        for (what, change) in changes {
            change(&dir);
            let after = hash(&dir);
            assert!(!seen.contains(&after), "{what}");
            seen.push(after);
        }
        paths::remove(&dir).unwrap();
    }

    #[test]
    fn results_and_missing_paths_do_not_count() {
        let dir = folder("results");
        let before = hash(&dir);
        fs::create_dir_all(dir.join("node_modules/x")).unwrap();
        fs::write(dir.join("node_modules/x/y.js"), "y").unwrap();
        fs::write(dir.join("next-env.d.ts"), "").unwrap();
        assert_eq!(before, hash(&dir));
        fs::write(dir.join("src/next-env.d.ts"), "").unwrap();
        assert_ne!(before, hash(&dir), "only directly in the folder");
        assert_eq!(hash(&dir.join("nowhere")), hash(&dir.join("nowhere either")));
        paths::remove(&dir).unwrap();
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        let joined = |a: &str, b: &str| Inputs::default().word(a).word(b).hash();
        assert_ne!(joined("ab", "c"), joined("a", "bc"));
    }

    #[test]
    fn a_stamp_is_current_only_for_its_hash() {
        let dir = folder("stamp");
        let stamp = dir.join("deep/er/stamp");
        assert!(!is_current(&stamp, "one"));
        write(&stamp, "one").unwrap();
        assert!(is_current(&stamp, "one"));
        assert!(!is_current(&stamp, "two"));
        paths::remove(&dir).unwrap();
    }
}
