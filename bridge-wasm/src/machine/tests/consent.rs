//! Consent: what it lets run, its withdrawal, and asking for it in place.

use super::*;

#[test]
fn consent_decides_what_runs() {
    let cases = [
        (OPEN, OPEN, "", State::Waiting, "consent_pending"),
        (NO, NO, "", State::Waiting, "consent_denied"),
        (NO, YES, "", State::Waiting, "consent_denied"),
        (YES, NO, "marker", State::Loading, "-"),
        (YES, OPEN, "marker", State::Loading, "-"),
        (YES, YES, "session", State::Loading, "-"),
    ];
    for (chat, share, expected, state, code) in cases {
        let mut visit = Visit::new(settings());
        visit.on(Event::Start).on(Event::Bootstrapped(1, Ok(bootstrap()))).check("bootstrap watch");
        visit.on(consent(chat, share)).check(expected);
        assert_eq!((visit.page.state, visit.page.code.as_deref().unwrap_or("-")), (state, code));
    }
}

#[test]
fn withdrawal_stops_everything_and_late_answers_change_nothing() {
    for answer in [NO, OPEN] {
        let mut visit = Visit::live(Some("a-1"));
        visit.on(Event::Refresh).check("session");
        let (question, script) = (visit.page.question, visit.page.script);
        visit.on(consent(answer, answer)).check("tell remove clear remember(-)");
        assert_eq!((visit.page.state, visit.page.presence), (State::Withdrawn, Presence::Withdrawn));
        visit
            .on(Event::SessionRead(question, Ok(None), None))
            .on(Event::Identified(question, Ok(reply(None))));
        visit.on(Event::Ready(script));
        visit.on(Event::Refresh).on(Event::CartChanged).on(Event::Logout).on(Event::Restored(None));
        assert!(!visit.done.iter().any(|word| word.contains("insert") || word.contains("identify")));
        assert_eq!(visit.page.state, State::Withdrawn);
    }
}

#[test]
fn a_dialogue_that_is_open_again_changes_nothing_until_it_is_closed() {
    let asking = || {
        let state = ConsentState { chat: OPEN, share: OPEN, source: "tcf".into() };
        Event::Consent(Reading { state, present: true, asking: true })
    };
    let mut visit = Visit::live(Some("a-1"));
    visit.on(asking()).check("");
    assert_eq!(visit.page.state, State::Ready);
    visit.on(consent(NO, NO)).check("tell remove clear remember(-)");
    visit.on(asking()).check("");
}

#[test]
fn storage_of_an_earlier_visit_goes_on_a_no_and_stays_on_a_maybe() {
    let mut visit = Visit::live(Some("a-1"));
    visit.page.begun = false;
    visit.page.presence = Presence::StoredPerson;
    visit.on(consent(OPEN, OPEN)).check("");
    visit.on(consent(NO, NO)).check("tell remove clear remember(-)");
}

#[test]
fn taking_back_the_second_switch_makes_a_guest_of_the_person() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(consent(YES, NO)).check("tell marker");
    visit.session(None, None).edge(Ok(reply(None)));
    visit.check("identify(-) remove clear remember(guest) insert(-)");
}

fn waiting(chat: Consent) -> Visit {
    let mut visit = Visit::new(settings());
    visit.on(Event::Start).on(Event::Bootstrapped(1, Ok(bootstrap()))).on(consent(chat, NO));
    visit.done.clear();
    visit
}

#[test]
fn a_click_without_leave_asks_in_place_and_only_yes_loads() {
    for chat in [OPEN, NO] {
        let mut visit = waiting(chat);
        visit.on(Event::Open).check("ask");
        visit.on(consent(chat, NO)).check("");
        visit.on(Event::Answered(None)).on(consent(chat, NO)).check("");
        visit.on(Event::Open).check("ask");
        visit.on(Event::Answered(Some(true))).check("consent?");
        visit.on(consent(chat, NO)).check("marker");
        assert_eq!((visit.page.consent.chat, visit.page.consent.source.as_str()), (YES, "notice"));
        assert_eq!(visit.page.consent.share, NO, "the second switch stays the source's");
        visit.session(None, None).edge(Ok(reply(None))).ready();
        visit.check("identify(-) remember(guest) insert(-) write(ct_cart_total=none) open");
    }
}

#[test]
fn a_no_in_place_is_remembered_for_the_page_until_the_source_says_yes() {
    let mut visit = waiting(OPEN);
    visit.on(Event::Open).on(Event::Answered(Some(false))).check("ask");
    assert_eq!(visit.page.code.as_deref(), Some("consent_declined"));
    visit.on(Event::Open).on(consent(NO, NO)).check("");
    assert_eq!(visit.page.code.as_deref(), Some("consent_declined"));
    visit.on(consent(YES, NO)).check("marker");
}

#[test]
fn a_click_before_the_settings_are_there_asks_as_soon_as_consent_is_read() {
    let mut visit = Visit::new(settings());
    visit.on(Event::Start).on(Event::Open).on(Event::Bootstrapped(1, Ok(bootstrap())));
    visit.check("bootstrap watch");
    visit.on(consent(OPEN, OPEN)).check("ask");
}

#[test]
fn a_yes_in_place_holds_until_the_source_gives_another_answer() {
    for (then, now, holds) in [(OPEN, OPEN, true), (OPEN, NO, false), (NO, OPEN, true), (NO, NO, true)] {
        let mut visit = Visit::new(Settings { said_yes: Some(then), ..settings() });
        visit.begin().session(None, None).edge(Ok(reply(None))).ready();
        visit.page.said_yes = Some(then);
        visit.on(consent(now, NO));
        assert_eq!(visit.page.state != State::Withdrawn, holds, "{then:?} {now:?}");
    }
}

#[test]
fn a_shop_may_reload_after_a_withdrawal_of_a_running_chat() {
    let mut visit = Visit::new(Settings { reload_on_withdraw: true, ..settings() });
    visit.begin().session(None, None).edge(Ok(reply(None))).ready();
    visit.done.clear();
    visit.on(consent(NO, NO)).check("tell remove clear remember(-) reload");
    visit.on(consent(NO, NO)).check("");
}

#[test]
fn withdrawal_counts_while_stopped_for_a_widget_that_is_only_hidden() {
    for answer in [NO, OPEN] {
        let mut visit = Visit::live(Some("a-1"));
        visit.on(Event::Stop).check("hide");
        visit.on(consent(answer, answer)).check("tell remove clear remember(-)");
        visit.on(consent(YES, YES)).check("");
        visit.on(Event::Start).on(consent(YES, YES)).check("consent? session");
    }
}
