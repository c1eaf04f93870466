//! The grammar of JSON (RFC 8259): where a value begins and ends, and what its characters mean.

use std::borrow::Cow;

use super::{Unreadable, decimal};

/// Deepest nesting; the same as `serde_json`'s.
const MAX_DEPTH: u8 = 127;

/// As many digits always fit into 64 bits.
const SAFE_DIGITS: usize = 19;

/// A number, exactly where it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    /// Whole, and beyond 64 bits: an amount of high precision may be.
    Long(i128),
    Float(f64),
}

/// JSON text, read from the front.
pub(super) struct Text<'t> {
    text: &'t str,
    at: usize,
    depth: u8,
}

impl<'t> Text<'t> {
    pub fn new(text: &'t str) -> Self {
        Text { text, at: 0, depth: 0 }
    }

    /// Nothing but white space is left.
    pub fn end(&mut self) -> Result<(), Unreadable> {
        if self.peek().is_none() { Ok(()) } else { Err(Unreadable) }
    }

    /// The next byte that is no white space, not taken.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        // What programs write to each other has no white space.
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.past_white_space(),
        }
    }

    #[cold]
    fn past_white_space(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Result<(), Unreadable> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    /// `true`, `false` or `null`.
    pub fn word(&mut self, word: &str) -> Result<(), Unreadable> {
        let _white_space = self.peek();
        if self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    /// Into a list or an object.
    pub fn open(&mut self, bracket: u8) -> Result<(), Unreadable> {
        self.take(bracket)?;
        if self.depth == MAX_DEPTH {
            return Err(Unreadable);
        }
        self.depth += 1;
        Ok(())
    }

    /// Out of it again; whoever did not take all members ends here.
    pub fn close(&mut self, bracket: u8) -> Result<(), Unreadable> {
        self.take(bracket)?;
        self.depth -= 1;
        Ok(())
    }

    /// Is there another item or member before the bracket? Takes the comma.
    pub fn another(&mut self, bracket: u8, is_first: &mut bool) -> Result<bool, Unreadable> {
        if self.peek() == Some(bracket) {
            return Ok(false);
        }
        if !std::mem::take(is_first) {
            self.take(b',')?;
        }
        Ok(true)
    }

    /// Between a member's name and its value.
    pub fn colon(&mut self) -> Result<(), Unreadable> {
        self.take(b':')
    }

    /// Past one value, which must be JSON.
    pub fn skip(&mut self) -> Result<(), Unreadable> {
        match self.peek() {
            Some(b'"') => self.skip_string().map(|_has_escapes| ()),
            Some(b'n') => self.word("null"),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'[') => {
                self.open(b'[')?;
                let mut is_first = true;
                while self.another(b']', &mut is_first)? {
                    self.skip()?;
                }
                self.close(b']')
            }
            Some(b'{') => {
                self.open(b'{')?;
                let mut is_first = true;
                while self.another(b'}', &mut is_first)? {
                    self.skip_string()?;
                    self.colon()?;
                    self.skip()?;
                }
                self.close(b'}')
            }
            _ => self.number_text().map(|_number| ()),
        }
    }

    /// The texts of the elements of a list that is a member of the object which begins here.
    pub fn rows(&mut self, member: &str) -> Result<Vec<&'t str>, Unreadable> {
        let mut rows = None;
        self.open(b'{')?;
        let mut is_first = true;
        while self.another(b'}', &mut is_first)? {
            let is_wanted = self.string()? == member;
            self.colon()?;
            if is_wanted && rows.is_none() {
                rows = Some(self.elements()?);
            } else {
                self.skip()?;
            }
        }
        self.close(b'}')?;
        rows.ok_or(Unreadable)
    }

    fn elements(&mut self) -> Result<Vec<&'t str>, Unreadable> {
        let mut found = Vec::new();
        self.open(b'[')?;
        let mut is_first = true;
        while self.another(b']', &mut is_first)? {
            let _white_space = self.peek();
            let start = self.at;
            self.skip()?;
            found.push(self.text.get(start..self.at).ok_or(Unreadable)?);
        }
        self.close(b']')?;
        Ok(found)
    }

    pub fn string(&mut self) -> Result<Cow<'t, str>, Unreadable> {
        let _white_space = self.peek();
        let start = self.at + 1;
        let has_escapes = self.skip_string()?;
        let inside = self.text.get(start..self.at - 1).ok_or(Unreadable)?;
        if has_escapes { unescape(inside).map(Cow::Owned) } else { Ok(Cow::Borrowed(inside)) }
    }

    /// Past a string; tells whether it holds escapes, which are not looked at.
    fn skip_string(&mut self) -> Result<bool, Unreadable> {
        self.take(b'"')?;
        let mut has_escapes = false;
        loop {
            self.at = end_of_plain(self.text.as_bytes(), self.at);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 2;
                }
                _ => return Err(Unreadable),
            }
        }
    }

    pub fn number(&mut self) -> Result<Number, Unreadable> {
        let (text, is_whole) = self.number_text()?;
        if is_whole {
            if text.len() <= SAFE_DIGITS && !text.starts_with('-') {
                let add = |number, digit| number * 10 + u64::from(digit - b'0');
                return Ok(Number::Unsigned(text.bytes().fold(0, add)));
            }
            if let Ok(number) = text.parse() {
                return Ok(Number::Unsigned(number));
            }
            if let Ok(number) = text.parse::<i64>() {
                // Minus nought is a float, as `serde_json` has it.
                return Ok(if number == 0 { Number::Float(-0.0) } else { Number::Signed(number) });
            }
            if let Ok(number) = text.parse() {
                return Ok(Number::Long(number));
            }
        }
        decimal::read(text).map(Number::Float).ok_or(Unreadable)
    }

    /// Past a number; tells whether it is whole.
    fn number_text(&mut self) -> Result<(&'t str, bool), Unreadable> {
        let _white_space = self.peek();
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        let has_leading_zero = self.byte() == Some(b'0');
        if self.digits()? > 1 && has_leading_zero {
            return Err(Unreadable);
        }
        let mut is_whole = true;
        if self.byte() == Some(b'.') {
            is_whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        self.text.get(start..self.at).map(|text| (text, is_whole)).ok_or(Unreadable)
    }

    /// How many digits there were; none is an error.
    fn digits(&mut self) -> Result<usize, Unreadable> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(Unreadable) } else { Ok(self.at - start) }
    }
}

/// The place of the first byte from `at` on that ends the plain part of a string: a quotation mark, a backslash, a
/// control character; the length of the text if there is none. Eight bytes at a time.
fn end_of_plain(text: &[u8], mut at: usize) -> usize {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    // The top bit of a byte that is below `limit`; above the first such byte others may be set by the borrow.
    let below = |eight: u64, limit: u8| eight.wrapping_sub(EACH * u64::from(limit)) & !eight & (EACH * 0x80);
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let eight = u64::from_le_bytes(*eight);
        let same = |byte: u8| below(eight ^ (EACH * u64::from(byte)), 1);
        let ends = same(b'"') | same(b'\\') | below(eight, b' ');
        if ends != 0 {
            return at + (ends.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}

/// The characters between the quotation marks.
fn unescape(inside: &str) -> Result<String, Unreadable> {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let kind = escaped.chars().next().ok_or(Unreadable)?;
        rest = escaped.get(kind.len_utf8()..).ok_or(Unreadable)?;
        text.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut rest)?,
            _ => return Err(Unreadable),
        });
    }
    text.push_str(rest);
    Ok(text)
}

/// What stands after `\u`: four digits, or a pair of surrogates. Half a pair is no character, but JSON may hold one
/// (JavaScript writes it where a text was cut): U+FFFD stands for it, so that the rest of the record is not lost.
fn unicode(rest: &mut &str) -> Result<char, Unreadable> {
    let unit = hex(rest)?;
    if (0xd800..=0xdbff).contains(&unit)
        && let Some(mut after) = rest.strip_prefix("\\u")
        && let Some(low) = hex(&mut after)?.checked_sub(0xdc00).filter(|low| *low < 0x400)
    {
        *rest = after;
        return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low).ok_or(Unreadable);
    }
    Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn hex(rest: &mut &str) -> Result<u32, Unreadable> {
    let (digits, after) = rest.split_at_checked(4).ok_or(Unreadable)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    *rest = after;
    if is_hex { u32::from_str_radix(digits, 16).map_err(|_no_number| Unreadable) } else { Err(Unreadable) }
}
