//! Texts of commercetools' query predicates: ids and times.

/// Longest id that is put into a query; commercetools' ids are UUIDs of 36 characters.
const ID_CHARS: usize = 64;

/// `"a", "b"`; `None` when nothing is left. What is not an id cannot be one of the vendor's, and is left out.
pub(super) fn literals(ids: &[String]) -> Option<String> {
    let list: Vec<String> = ids.iter().filter_map(|id| literal(id)).collect();
    (!list.is_empty()).then(|| list.join(", "))
}

pub(super) fn literal(id: &str) -> Option<String> {
    let is_id = !id.is_empty()
        && id.len() <= ID_CHARS
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_id.then(|| format!("\"{id}\""))
}

/// RFC 3339, UTC, with milliseconds: the form that predicates take.
pub(super) fn date_time(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    // Days to a date of the Gregorian calendar, counted in eras of 400 years that start in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, millisecond) = (rest / 1_000 % 60, rest % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// The inverse of [`date_time`]; the fraction may be missing or of any length.
pub(crate) fn read_date_time(text: &str) -> Option<u64> {
    let number = |from: usize, until: usize| text.get(from..until)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_date = text.is_ascii() && text.ends_with('Z') && (1..=12).contains(&month) && year >= 1970;
    if !is_date || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let fraction = text.get(19..)?.trim_start_matches('.').trim_end_matches('Z');
    let millisecond: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    Some(days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_799_999_999_999, "2027-01-15T07:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(date_time(ms), expected);
            assert_eq!(read_date_time(expected), Some(ms));
        }
        for (text, ms) in [
            ("1970-01-01T00:00:01Z", Some(1_000)),
            ("1970-01-01T00:00:01.5Z", Some(1_500)),
            ("1970-01-01T00:00:01.123456Z", Some(1_123)),
            ("1970-01-01", None),
            ("1970-13-01T00:00:01Z", None),
            ("1970-01-01T00:00:01+02:00", None),
            ("", None),
        ] {
            assert_eq!(read_date_time(text), ms, "{text}");
        }
    }

    #[test]
    fn what_is_not_an_id_never_reaches_a_query() {
        for id in ["", "a\"b", "a) or (1=1", "ä", &"x".repeat(65)] {
            assert_eq!(literal(id), None, "{id}");
        }
        assert_eq!(literal("0a-b_C").as_deref(), Some("\"0a-b_C\""));
    }
}
