//! How people of a locale write numbers, learned from the platform.
//!
//! The world's number formats are tables of 45 KB that every JavaScript platform has already (`Intl.NumberFormat`).
//! But a call out of the module for each price of a cart costs more than the price is worth. So the platform writes
//! a few chosen numbers once per locale; what can be seen in them (digits, marks, groups, where the minus stands)
//! is a [`NumberFormat`], and that writes every other number by itself.
//!
//! In scope: integers and decimals with a fixed number of places. Out of scope: rounding, currencies, floats.

use std::cell::RefCell;
use std::rc::Rc;

/// Writes decimals, for example `-1234.5`, with the digits, marks and groups of one locale.
pub type Writer = Box<dyn Fn(&str) -> Option<String>>;

/// The port: the writer of a BCP 47 tag; `None` if the platform cannot make sense of the tag.
pub type Platform = fn(tag: &str) -> Option<Writer>;

/// The formats of all locales that were asked for, each learned once.
#[derive(Debug)]
pub struct NumberFormats {
    platform: Platform,
    known: RefCell<Vec<(String, Rc<NumberFormat>)>>,
}

impl NumberFormats {
    /// Formats of this platform.
    pub const fn new(platform: Platform) -> Self {
        NumberFormats { platform, known: RefCell::new(Vec::new()) }
    }

    /// The format of a BCP 47 tag. What the platform cannot write is formatted as in Unicode's root locale, `1,234.5`.
    pub fn of(&self, tag: &str) -> Rc<NumberFormat> {
        let mut known = self.known.borrow_mut();
        if let Some((_, format)) = known.iter().find(|(at, _)| at == tag) {
            return Rc::clone(format);
        }
        let learned = (self.platform)(tag).and_then(|writer| NumberFormat::learn(&*writer));
        let format = Rc::new(learned.unwrap_or_default());
        known.push((tag.to_owned(), Rc::clone(&format)));
        format
    }
}

/// The number format of one locale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    digits: [char; 10],
    /// Before and after a negative number.
    minus: (String, String),
    decimal: String,
    group: String,
    /// Digits of the last group, and of each before it: 3 and 2 in India. Zero: no groups.
    groups: (usize, usize),
    /// Digits before the last group from which on there are groups; Polish writes 1234 and 12 345.
    least_before: usize,
}

impl Default for NumberFormat {
    fn default() -> Self {
        NumberFormat {
            digits: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
            minus: ("-".to_owned(), String::new()),
            decimal: ".".to_owned(),
            group: ",".to_owned(),
            groups: (3, 3),
            least_before: 1,
        }
    }
}

impl NumberFormat {
    /// `None` if the writer writes something that is no number in decimal places.
    fn learn(write: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let mut format = NumberFormat { groups: (0, 0), ..NumberFormat::default() };
        for (digit, ascii) in format.digits.iter_mut().zip(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
        {
            *digit = only(&write(ascii)?)?;
        }
        let [_, one, ..] = format.digits;
        let negative = write("-1")?;
        let (before, after) = negative.split_once(one)?;
        format.minus = (before.to_owned(), after.to_owned());
        format.learn_marks(&write("1234567890123.5")?)?;
        // A number of one digit more than the last group, then of two.
        let [short, longer] =
            ["1234", "12345"].map(|text| write(text).map(|text| text.contains(&format.group)));
        format.least_before = match (short?, longer?) {
            _ if format.group.is_empty() => 1,
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        Some(format)
    }

    /// Reads groups and decimal mark off the sample: runs of digits, and what stands between them.
    fn learn_marks(&mut self, sample: &str) -> Option<()> {
        let mut runs = vec![0_usize];
        let mut marks: Vec<String> = Vec::new();
        for c in sample.chars() {
            match (self.digits.contains(&c), runs.last_mut()?) {
                (true, run) => *run += 1,
                // A mark may have several characters.
                (false, 0) => marks.last_mut()?.push(c),
                (false, _) => {
                    marks.push(c.to_string());
                    runs.push(0);
                }
            }
        }
        let (1, Some(decimal)) = (runs.pop()?, marks.pop()) else { return None };
        self.decimal = decimal;
        self.group = marks.first().cloned().unwrap_or_default();
        if marks.iter().any(|mark| *mark != self.group) {
            return None;
        }
        self.groups = match runs.as_slice() {
            [_, .., before, last] if runs.len() > 2 => (*last, *before),
            [_, last] => (*last, *last),
            _ => (0, 0),
        };
        Some(())
    }

    /// A whole number with the locale's digits and groups.
    pub fn count(&self, count: u64) -> String {
        let mut text = String::new();
        self.write(&mut text, i128::from(count), 0);
        text
    }

    /// Appends `amount` × 10^-`places`, with exactly that many places.
    pub fn write(&self, text: &mut String, amount: i128, places: u8) {
        let places = usize::from(places);
        let mut buffer = itoa::Buffer::new();
        let plain = match u64::try_from(amount.unsigned_abs()) {
            // Dividing 128 bits takes WebAssembly tens of times longer.
            Ok(amount) => buffer.format(amount),
            Err(_beyond) => buffer.format(amount.unsigned_abs()),
        };
        // At least one digit stands before the mark.
        let padding = (places + 1).saturating_sub(plain.len());
        let whole_digits = plain.len() + padding - places;
        text.reserve(plain.len() + padding + 16);
        if amount < 0 {
            text.push_str(&self.minus.0);
        }
        let digits = std::iter::repeat_n(b'0', padding).chain(plain.bytes());
        for (at, digit) in digits.enumerate() {
            if at == whole_digits {
                text.push_str(&self.decimal);
            } else if at > 0 && at < whole_digits && self.is_group_end(whole_digits - at, whole_digits) {
                text.push_str(&self.group);
            }
            text.push(self.digits.get(usize::from(digit.wrapping_sub(b'0'))).copied().unwrap_or_default());
        }
        if amount < 0 {
            text.push_str(&self.minus.1);
        }
    }

    /// Does a group end where this many digits of the whole part are still to come?
    fn is_group_end(&self, to_come: usize, whole_digits: usize) -> bool {
        let (last, before) = self.groups;
        if last == 0 || whole_digits < last + self.least_before {
            return false;
        }
        to_come.checked_sub(last).is_some_and(|rest| before > 0 && rest % before == 0)
    }
}

fn only(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests;
