//! `Retry-After`: how long a vendor wants to be left alone.

use crate::engine::predicate::read_date_time;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The wait in milliseconds that a header asks for: a number of seconds, or a date (RFC 9110, the form that senders
/// must use). `None` for anything else. A date that is over is no wait.
pub fn wait_ms(header: &str, now_ms: u64) -> Option<u64> {
    let text = header.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(seconds.saturating_mul(1_000)),
        Err(_no_number) => date(text).map(|at_ms| at_ms.saturating_sub(now_ms)),
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn date(text: &str) -> Option<u64> {
    let (_weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let (time, zone) = (words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let is_date =
        day.len() == 2 && year.len() == 4 && time.len() == 8 && zone == "GMT" && words.next().is_none();
    is_date.then(|| read_date_time(&format!("{year}-{month:02}-{day}T{time}Z"))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates() {
        // 1994-11-06T08:49:37Z
        const NOW_MS: u64 = 784_111_777_000;
        for (header, expected) in [
            ("0", Some(0)),
            ("7", Some(7_000)),
            (" 120 ", Some(120_000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000)),
            ("Mon, 07 Nov 1994 08:49:37 GMT", Some(86_400_000)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("18446744073709551616", None),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun Nov  6 08:49:37 1994", None),
            ("Sun, 6 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Foo 1994 08:49:37 GMT", None),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 25:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT, again", None),
            ("Sun, 06 Nov 1994 08:49:3\u{e9} GMT", None),
        ] {
            assert_eq!(wait_ms(header, NOW_MS), expected, "{header:?}");
        }
    }
}
