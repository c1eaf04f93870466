//! Clocks that jump: keys and certificates that were fetched at another time shut nobody out.

use super::*;

const DAY_MS: u64 = 24 * 60 * 60_000;

/// Google's token as it is signed at that time.
fn token_at(now_ms: u64) -> String {
    let mut claims = claims("iat", json!(now_ms / 1_000 - 10));
    claims["exp"] = json!(now_ms / 1_000 + 3_590);
    token(1, &header(), &claims)
}

#[test]
fn keys_that_were_fetched_at_another_time_shut_nobody_out() {
    for (first, then) in [
        (NOW_MS + DAY_MS, NOW_MS),
        (NOW_MS + 400 * DAY_MS, NOW_MS),
        (NOW_MS + 1_000, NOW_MS),
        (NOW_MS, NOW_MS + DAY_MS),
        (NOW_MS, NOW_MS + 400 * DAY_MS),
    ] {
        let world = World::new();
        assert_eq!(world.push(Some(&token_at(first)), first), Ok(1));
        assert_eq!(world.push(Some(&token_at(then)), then), Ok(1), "{first} then {then}");
        assert_eq!(world.push(Some(&token_at(then)), then + 1), Ok(1));
        assert!(world.fetches.get() <= 2, "{} fetches", world.fetches.get());
        // A token of the other time is as old, or as early, as the clock says.
        let refused = world.push(Some(&token_at(first)), then);
        assert_eq!(refused.is_ok(), first.abs_diff(then) <= 60_000, "{first} then {then}");
    }
    // Google cannot be reached after the clock came back: the keys are as good as they were.
    let world = World::new();
    assert_eq!(world.push(Some(&token_at(NOW_MS + 60_000)), NOW_MS + 60_000), Ok(1));
    world.answer(crate::config::GOOGLE_KEYS_URL, Fetched::Unreachable);
    assert_eq!(world.push(Some(&token_at(NOW_MS)), NOW_MS), Ok(1));
}

#[test]
fn a_certificate_counts_by_the_clock_of_the_moment() {
    let world = World::new();
    let body = message("Notification", &json!({}));
    let at = |now_ms: u64| world.sns(&body, now_ms).err().map(|refusal| refusal.why);
    for (now_ms, expected) in [
        (NOW_MS + DAY_MS, Some("certificate_dates")),
        (NOW_MS, None),
        (NOW_MS + DAY_MS, Some("certificate_dates")),
        (NOW_MS - DAY_MS, Some("certificate_dates")),
        (NOW_MS, None),
    ] {
        assert_eq!(at(now_ms), expected, "{now_ms}");
    }
}
