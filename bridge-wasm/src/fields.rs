//! Contact properties: what has changed since they were last written.
//!
//! In scope: the difference of two sets. Out of scope: which properties there are; the edge's policy decides.

/// Properties by name, as the edge sends them: sorted, no name twice.
pub type Properties = Vec<(String, String)>;

/// What was last written to the widget.
#[derive(Debug, Default)]
pub struct Written(Properties);

impl Written {
    /// Forgets everything, because a fresh widget knows nothing.
    pub fn reset(&mut self) {
        self.0.clear();
    }

    /// Takes over `wanted` and answers what must be written for it: changed values, and the empty text for
    /// those that are gone, so that an old cart does not stay with the agent.
    pub fn take_changes(&mut self, wanted: Properties) -> Properties {
        let mut changes: Properties = wanted.iter().filter(|pair| !self.0.contains(pair)).cloned().collect();
        for (name, value) in &self.0 {
            if !value.is_empty() && !wanted.iter().any(|(other, _)| other == name) {
                changes.push((name.clone(), String::new()));
            }
        }
        self.0 = wanted;
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Properties {
        text.split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn only_what_changed_is_written() {
        let cases = [
            ("", "", ""),
            ("", "a=1 b=2", "a=1 b=2"),
            ("a=1 b=2", "a=1 b=2", ""),
            ("a=1 b=2", "a=1 b=3", "b=3"),
            ("a=1 b=2", "a=1", "b="),
            ("a=1 b=", "a=1", ""),
            ("a=1", "", "a="),
        ];
        for (before, after, changes) in cases {
            let mut written = Written(set(before));
            assert_eq!(written.take_changes(set(after)), set(changes), "{before:?} to {after:?}");
            assert_eq!(written.take_changes(set(after)), set(""), "the second time");
        }
    }

    #[test]
    fn a_fresh_widget_gets_everything_again() {
        let mut written = Written(set("a=1"));
        written.reset();
        assert_eq!(written.take_changes(set("a=1")), set("a=1"));
    }
}
