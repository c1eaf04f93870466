//! Text for people, made safe to show: no control characters, no hidden direction changes, a bounded length.

/// Removes control characters and cuts to `max` characters, the last of which is then `…`.
///
/// Line feeds stay, because the timeline and the cart lines use them; tabs and whatever else a reader may take for the
/// end of a line become spaces.
/// Embedding and override marks of bidirectional text go, since they let a product name reorder what stands
/// around it; plain right-to-left letters are left alone.
pub fn clean(text: &str, max: usize) -> String {
    let text = text.trim();
    // Most texts, and twenty names of products a request.
    if text.len() <= max && text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return text.to_owned();
    }
    let mut count = 0_usize;
    let is_clean = text.chars().all(|c| {
        count += 1;
        c == '\n' || !(c.is_control() || is_hidden_mark(c) || is_line_break(c))
    });
    if is_clean && count <= max {
        return text.to_owned();
    }
    let kept = || {
        text.chars().filter_map(|c| match c {
            '\n' => Some('\n'),
            '\t' | '\r' => Some(' '),
            c if is_line_break(c) => Some(' '),
            c if c.is_control() || is_hidden_mark(c) => None,
            c => Some(c),
        })
    };
    if kept().nth(max).is_none() {
        return kept().collect();
    }
    kept().take(max.saturating_sub(1)).chain(['…']).collect()
}

/// Like [`clean`], on one line.
pub fn clean_line(text: &str, max: usize) -> String {
    if text.contains('\n') { clean(&text.replace('\n', " "), max) } else { clean(text, max) }
}

/// How many characters are left at least, however a text is cleaned.
pub fn visible_chars(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_graphic).count();
    }
    text.chars().filter(|c| is_visible(*c)).count()
}

/// Is there anything to be seen in it?
pub fn is_filled(text: &str) -> bool {
    text.chars().any(is_visible)
}

fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_hidden_mark(c))
}

/// Unicode's mandatory breaks but the line feed and the carriage return.
const fn is_line_break(c: char) -> bool {
    matches!(c, '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Joins whole lines as long as they fit into `max` characters; the rest is summed up by `more`, which is given
/// the number of lines left out of `total`. Lines beyond the first that does not fit are not asked for.
pub fn join_lines(
    lines: impl Iterator<Item = String>,
    total: usize,
    max: usize,
    more: impl Fn(usize) -> String,
) -> String {
    let mut text = String::new();
    // What stood before each line: characters and bytes, each with the line feed at the end.
    let mut before = Vec::new();
    let mut used = 0;
    for line in lines {
        before.push((used, text.len()));
        used += line.chars().count() + 1;
        text.push_str(&line);
        text.push('\n');
        if used > max + 1 {
            let fitting = before.iter().enumerate().rev().find_map(|(kept, (used, bytes))| {
                let rest = more(total - kept);
                (used + rest.chars().count() <= max).then_some((*bytes, rest))
            });
            let Some((bytes, rest)) = fitting else { return String::new() };
            text.truncate(bytes);
            text.push_str(&rest);
            return text;
        }
    }
    text.pop();
    text
}

const fn is_hidden_mark(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_removes_what_cannot_be_seen() {
        let cases: &[(&str, usize, &str)] = &[
            ("Kanne", 10, "Kanne"),
            ("  Kanne\u{0}\u{7}\u{1b}[31m ", 20, "Kanne[31m"),
            ("a\tb\r\nc", 20, "a b \nc"),
            ("פינג'אן", 20, "פינג'אן"),
            ("evil\u{202e}txt.exe", 20, "eviltxt.exe"),
            ("Pot\u{2028}1 × Gold\u{2029}a\u{85}b\u{b}c\u{c}d", 40, "Pot 1 × Gold a b c d"),
            ("Wasch\u{ad}maschine\u{2060}\u{2064}", 40, "Waschmaschine"),
            ("äöüß", 3, "äö…"),
            ("äöü", 3, "äöü"),
            ("", 3, ""),
        ];
        for (text, max, want) in cases {
            assert_eq!(clean(text, *max), *want, "{text:?}");
        }
    }

    #[test]
    fn lines_are_cut_as_a_whole() {
        let join = |lines: &[&str], max| {
            let owned = lines.iter().map(|line| (*line).to_owned());
            join_lines(owned, lines.len(), max, |left| format!("+{left}"))
        };
        let lines = ["one", "two", "three"];
        assert_eq!(join(&lines, 100), "one\ntwo\nthree");
        assert_eq!(join(&lines, 12), "one\ntwo\n+1");
        assert_eq!(join(&lines, 6), "one\n+2");
        assert_eq!(join(&lines, 1), "");
        assert_eq!(join(&[], 1), "");
    }
}
