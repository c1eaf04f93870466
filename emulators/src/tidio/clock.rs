//! How the vendor prints a time.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

const STAMP: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");

/// A time as the REST interface prints it, for example `2026-01-02T03:04:05+00:00`.
pub fn stamp(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1000).unwrap_or(0);
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|moment| moment.format(STAMP).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_look_like_the_vendors() {
        assert_eq!(stamp(1_767_323_045_999), "2026-01-02T03:04:05+00:00");
    }
}
