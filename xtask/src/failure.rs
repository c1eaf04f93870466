//! The one error type of this tool: a sentence for a person, and the end of the log that shows why.

use std::{fmt, io, path::Path};

/// What went wrong, in words a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    sentence: String,
    detail: Option<String>,
}

/// Result of every step of this tool.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure that is fully explained by one sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), detail: None }
    }

    /// Adds the end of a log.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        self.detail = (!detail.trim().is_empty()).then_some(detail);
        self
    }

    /// Adds what the reader can do about it, as a further sentence.
    #[must_use]
    pub fn advise(mut self, advice: &str) -> Self {
        self.sentence = format!("{} {advice}", self.sentence);
        self
    }

    /// Turns an I/O error on a path into a failure, for `map_err`.
    pub fn on<'a>(doing: &'a str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |error| Self::new(format!("Cannot {doing} {}: {error}.", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(detail) = &self.detail {
            for line in detail.lines() {
                writeln!(out, "    | {line}")?;
            }
        }
        write!(out, "{}", self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_comes_last_where_it_is_seen() {
        let failure = Failure::new("It failed.").with_detail("a\nb").advise("Install x.");
        assert_eq!(failure.to_string(), "    | a\n    | b\nIt failed. Install x.");
        assert_eq!(Failure::new("No.").with_detail(" \n").to_string(), "No.");
    }
}
