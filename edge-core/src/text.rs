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
    if plain_chars(text).is_some_and(|count| count <= max) {
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

/// How many characters there are, if their first bytes tell that none has to go: all but C1 controls (after 0xC2), the
/// Mongolian vowel separator (0xE1), most of the general punctuation (0xE2), and what stands at the end of the plane
/// (0xEF). Decoding each character of a cart's lines took as long as reading them.
fn plain_chars(text: &str) -> Option<usize> {
    let mut count = 0;
    let mut bytes = text.as_bytes().iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b' '..=b'~' | b'\n' | 0xC3..=0xE0 | 0xE3..=0xEE | 0xF0.. => count += 1,
            0x80..=0xBF => {}
            0xE2 if is_mark(bytes.as_slice()) => count += 1,
            _ => return None,
        }
    }
    Some(count)
}

/// Dashes, quotation marks, bullets, dots, which are what most texts have of the general punctuation: U+2010 to U+2027.
fn is_mark(after_first: &[u8]) -> bool {
    matches!(after_first, [0x80, 0x90..=0xA7, ..])
}

/// How many characters are left at least, however a text is cleaned; by their first bytes, as in `plain_chars`.
pub fn visible_chars(text: &str) -> usize {
    let mut count = 0;
    let mut bytes = text.as_bytes().iter();
    while let Some(byte) = bytes.next() {
        count += usize::from(match byte {
            b'!'..=b'~' | 0xC3..=0xE0 | 0xE4..=0xEE | 0xF0.. => true,
            0xE2 => is_mark(bytes.as_slice()),
            // U+3000 is a space.
            0xE3 => !bytes.as_slice().starts_with(&[0x80, 0x80]),
            _ => false,
        });
    }
    count
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

/// Joins whole lines, as `write` appends them, as long as they fit into `max` characters; the rest is summed up by
/// `more`, which is given the number of lines left out of `total`. Lines beyond the first that does not fit are not
/// asked for.
pub fn join_lines<T>(
    lines: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
    total: usize,
    max: usize,
    more: impl Fn(usize) -> String,
) -> String {
    let mut text = String::new();
    // What stood before each line: characters and bytes, each with the line feed at the end.
    let mut before = Vec::new();
    let mut used = 0;
    for line in lines {
        let start = text.len();
        before.push((used, start));
        write(&mut text, line);
        used += text.get(start..).unwrap_or_default().chars().count() + 1;
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Any character, and often those for which the rules are.
        #[test]
        fn first_bytes_tell_what_the_characters_are(
            text in proptest::collection::vec(
                prop_oneof![any::<char>(), "[ -~\u{80}-\u{ff}\u{180e}\u{2000}-\u{2070}\u{3000}-\u{3040}\u{feff}\u{fff8}-\u{fffd}\n\t]".prop_map(|c| c.chars().next().unwrap())],
                0..12,
            ),
        ) {
            let text: String = text.into_iter().collect();
            let stays = |c: char| c == '\n' || !(c.is_control() || is_hidden_mark(c) || is_line_break(c));
            if let Some(count) = plain_chars(&text) {
                prop_assert!(text.chars().all(stays), "{text:?}");
                prop_assert_eq!(count, text.chars().count(), "{:?}", text);
            }
            prop_assert!(visible_chars(&text) <= text.chars().filter(|c| is_visible(*c)).count(), "{text:?}");
        }
    }

    #[test]
    fn texts_of_most_languages_are_known_by_their_first_bytes() {
        for text in [
            "Espressokanne",
            "Kühlschrank – 2 „Türen“ …",
            "Чайник",
            "קומקום",
            "مزهرية",
            "コーヒー豆",
            "咖啡壶",
            "커피",
            "काफ़ी",
            "☕",
        ] {
            let is_plain = plain_chars(text) == Some(text.chars().count());
            assert_eq!(is_plain, text != "☕", "{text}");
            let visible = text.chars().filter(|c| is_visible(*c)).count();
            assert_eq!(visible_chars(text), if text == "☕" { 0 } else { visible }, "{text}");
        }
    }

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
            let write = |text: &mut String, line: &&str| text.push_str(line);
            join_lines(lines.iter(), write, lines.len(), max, |left| format!("+{left}"))
        };
        let lines = ["one", "two", "three"];
        assert_eq!(join(&lines, 100), "one\ntwo\nthree");
        assert_eq!(join(&lines, 12), "one\ntwo\n+1");
        assert_eq!(join(&lines, 6), "one\n+2");
        assert_eq!(join(&lines, 1), "");
        assert_eq!(join(&[], 1), "");
    }
}
