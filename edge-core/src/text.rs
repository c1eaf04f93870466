//! Text for people, made safe to show: no control characters, no hidden direction changes, a bounded length.

/// Removes control characters and cuts to `max` characters, the last of which is then `…`.
///
/// Line feeds stay, because the timeline and the cart lines use them; tabs and carriage returns become spaces.
/// Embedding and override marks of bidirectional text go, since they let a product name reorder what stands
/// around it; plain right-to-left letters are left alone.
pub fn clean(text: &str, max: usize) -> String {
    let kept = || {
        text.trim().chars().filter_map(|c| match c {
            '\n' => Some('\n'),
            '\t' | '\r' => Some(' '),
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
    clean(&text.replace('\n', " "), max)
}

/// Joins whole lines as long as they fit into `max` characters; the rest is summed up by `more`, which is given
/// the number of lines left out.
pub fn join_lines(lines: &[String], max: usize, more: impl Fn(usize) -> String) -> String {
    let (mut used, mut fitting) = (0, None);
    for (kept, line) in lines.iter().enumerate() {
        // With the line feed before `rest`, if lines stand before it.
        let rest = more(lines.len() - kept);
        if used + rest.chars().count() <= max {
            fitting = Some((kept, rest));
        }
        used += line.chars().count() + 1;
        if used > max + 1 {
            let Some((kept, rest)) = fitting else { return String::new() };
            let whole = lines.iter().take(kept).map(String::as_str);
            return whole.chain([rest.as_str()]).collect::<Vec<_>>().join("\n");
        }
    }
    lines.join("\n")
}

const fn is_hidden_mark(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
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
        let lines = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let more = |n| format!("+{n}");
        assert_eq!(join_lines(&lines, 100, more), "one\ntwo\nthree");
        assert_eq!(join_lines(&lines, 12, more), "one\ntwo\n+1");
        assert_eq!(join_lines(&lines, 6, more), "one\n+2");
        assert_eq!(join_lines(&lines, 1, more), "");
        assert_eq!(join_lines(&[], 1, more), "");
    }
}
