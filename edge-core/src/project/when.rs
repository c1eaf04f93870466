//! Times for people.

/// `2026-01-02T03:04:05.678Z` → `2026-01-02 03:04 UTC`; what has another form is left out, not guessed at.
pub fn minute(time: &str) -> Option<String> {
    let time = time.strip_suffix('Z')?;
    let (date, clock) = time.split_once('T')?;
    let minute = clock.get(..5)?;
    let fits = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    (fits(date, "0000-00-00") && fits(minute, "00:00")).then(|| format!("{date} {minute} UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_in_the_vendors_form_are_written() {
        let cases = [
            ("2026-01-02T03:04:05.678Z", Some("2026-01-02 03:04 UTC")),
            ("2026-01-02T03:04:05Z", Some("2026-01-02 03:04 UTC")),
            ("2026-01-02T03:04:05+01:00", None),
            ("2026-01-02", None),
            ("yesterdayTnoonZ", None),
            ("2026-01-02Tü3:04:05Z", None),
            ("", None),
        ];
        for (time, want) in cases {
            assert_eq!(minute(time).as_deref(), want, "{time}");
        }
    }
}
