//! Whole visits as data: events in, what became of them out.

mod consent;

use contract::{Consent, ConsentState};

use super::*;
use crate::consent::{Mapping, Reading};
use crate::retry::stable_code;

type Page = Machine<&'static str>;

fn settings() -> Settings {
    Settings {
        engine: "wasm",
        ready_timeout_ms: 15_000,
        edge_timeout_ms: 4_000,
        session_timeout_ms: 3_000,
        reload_on_change: false,
        reload_on_withdraw: false,
        said_yes: None,
        fallback: None,
        mapping: Mapping::default(),
    }
}

fn bootstrap() -> Bootstrap {
    Bootstrap { script: "https://s/k.js".into(), language: "de".into(), mapping: Mapping::default() }
}

fn consent(chat: Consent, share: Consent) -> Event<&'static str> {
    let state = ConsentState { chat, share, source: "function".into() };
    Event::Consent(Reading { state, present: true, asking: false })
}

const YES: Consent = Consent::Granted;
const NO: Consent = Consent::Denied;
const OPEN: Consent = Consent::Pending;

fn reply(person: Option<&str>) -> Reply<&'static str> {
    Reply {
        distinct_id: person.map(str::to_owned),
        person: "person",
        language: "de".into(),
        currency: "EUR",
        tags: "tags",
        properties: vec![("ct_cart_total".into(), person.unwrap_or("none").into())],
        correlation_id: Some("c".into()),
    }
}

/// A page with its scripted surroundings.
struct Visit {
    page: Page,
    /// Everything done since the last look, one word each.
    done: Vec<String>,
}

impl Visit {
    fn new(settings: Settings) -> Visit {
        Visit { page: Machine::new(settings), done: Vec::new() }
    }

    fn on(&mut self, event: Event<&'static str>) -> &mut Self {
        let effects = self.page.handle(event, 128);
        self.done.extend(effects.iter().filter_map(word));
        self
    }

    /// Answers the running question: the session has this token, the edge says this.
    fn session(&mut self, token: Option<&str>, owner: Option<Owner>) -> &mut Self {
        let session = token.map(|token| Session { token: Some(token.into()), subject: Some(token.into()) });
        let ticket = self.page.question;
        self.on(Event::SessionRead(ticket, Ok(session), owner))
    }

    fn edge(&mut self, outcome: Result<Reply<&'static str>, Failure>) -> &mut Self {
        let ticket = self.page.question;
        self.on(Event::Identified(ticket, outcome))
    }

    fn ready(&mut self) -> &mut Self {
        let ticket = self.page.script;
        self.on(Event::Ready(ticket))
    }

    fn begin(&mut self) -> &mut Self {
        self.on(Event::Start).on(Event::Bootstrapped(1, Ok(bootstrap()))).on(consent(YES, YES))
    }

    /// A running widget for this person.
    fn live(person: Option<&'static str>) -> Visit {
        let mut visit = Visit::new(settings());
        visit.begin().session(person, None).edge(Ok(reply(person))).ready();
        visit.done.clear();
        visit
    }

    fn check(&mut self, expected: &str) -> &mut Self {
        assert_eq!(self.done.join(" "), expected);
        self.done.clear();
        self
    }
}

/// An effect in one word; timers and statuses have checks of their own.
fn word(effect: &Effect<&'static str>) -> Option<String> {
    let word = match effect {
        Effect::Publish(_) | Effect::StartTimer(..) | Effect::Currency(_) | Effect::Tags(_) => return None,
        Effect::FetchBootstrap(_) => "bootstrap".to_owned(),
        Effect::WatchConsent(_) => "watch".to_owned(),
        Effect::CheckConsent => "consent?".to_owned(),
        Effect::Ask => "ask".to_owned(),
        Effect::ReadSession { allowed, .. } => if *allowed { "session" } else { "marker" }.to_owned(),
        Effect::Identify { token, .. } => format!("identify({})", token.as_deref().unwrap_or("-")),
        Effect::TellConsent { .. } => "tell".to_owned(),
        Effect::ClearStorage => "clear".to_owned(),
        Effect::Remember(owner) => format!("remember({})", owner.as_ref().map_or("-", Owner::as_marker)),
        Effect::Insert { person, .. } => format!("insert({})", person.unwrap_or("-")),
        Effect::Remove => "remove".to_owned(),
        Effect::Reload => "reload".to_owned(),
        Effect::Hide => "hide".to_owned(),
        Effect::Show => "show".to_owned(),
        Effect::Open => "open".to_owned(),
        Effect::Write(properties) => {
            let pairs = properties.iter().map(|(name, value)| format!("{name}={value}"));
            format!("write({})", pairs.collect::<Vec<_>>().join(","))
        }
        Effect::Track(name, _) => format!("track({name})"),
    };
    Some(word)
}

fn refused(status: u16, code: &str) -> Result<Reply<&'static str>, Failure> {
    Err(Failure::Refused { status, code: stable_code(code) })
}

#[test]
fn a_known_person_from_start_to_fields() {
    let mut visit = Visit::new(settings());
    visit.begin().check("bootstrap watch session");
    visit.session(Some("anna"), None).check("identify(anna)");
    visit.edge(Ok(reply(Some("a-1")))).check("remember(a-1) insert(person)");
    visit.ready().check("write(ct_cart_total=a-1)");
    assert_eq!((visit.page.state, visit.page.code.as_deref()), (State::Ready, None));
}

#[test]
fn nothing_happens_before_start_and_after_stop() {
    let mut visit = Visit::new(settings());
    visit.on(Event::Open).on(Event::Refresh).on(consent(YES, YES)).on(Event::Logout).check("");
    visit.begin().on(Event::Stop).check("bootstrap watch session");
    visit.session(Some("anna"), None).on(Event::Open).on(consent(YES, YES)).check("");
    assert_eq!(visit.page.code.as_deref(), Some("stopped"));
}

#[test]
fn stop_hides_and_start_asks_again_before_it_shows() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::Stop).check("hide");
    visit.on(Event::Start).check("consent? session");
    visit.session(Some("a-1"), None).edge(Ok(reply(Some("a-1")))).check("identify(a-1) show");
}

#[test]
fn one_person_after_another() {
    let other = || Ok(reply(Some("b-2")));
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::Refresh).session(Some("ben"), None).edge(other());
    visit.check("session identify(ben) remove clear remember(b-2) insert(person)");
    visit.ready().check("write(ct_cart_total=b-2)");

    visit.on(Event::Logout).check("remove clear remember(guest) insert(-) marker");
    visit.ready().check("");
    visit.session(None, None).edge(Ok(reply(None))).check("identify(-) write(ct_cart_total=none)");

    visit.on(Event::Refresh).session(Some("anna"), None).edge(Ok(reply(Some("a-1"))));
    visit.check("session identify(anna) remove remember(a-1) insert(person)");
}

#[test]
fn a_stored_person_is_shown_again_only_to_that_person() {
    let stored = || Some(Owner::Person("a-1".into()));
    let cases = [
        (Ok(reply(Some("a-1"))), "remember(a-1) insert(person)"),
        (Ok(reply(Some("b-2"))), "clear remember(b-2) insert(person)"),
        (Ok(reply(None)), "clear remember(guest) insert(-)"),
        (Err(Failure::Unreachable), "clear remember(guest) insert(-)"),
        (refused(401, "token_signature"), "clear remember(guest) insert(-)"),
    ];
    for (outcome, expected) in cases {
        let mut visit = Visit::new(settings());
        visit.begin().session(Some("t"), stored());
        visit.done.clear();
        visit.edge(outcome).check(expected);
    }
}

#[test]
fn an_edge_that_is_down_keeps_the_person_only_while_the_hints_agree() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::Refresh).session(Some("a-1"), None).edge(Err(Failure::Timeout));
    visit.check("session identify(a-1)");
    assert_eq!(visit.page.presence, Presence::LivePerson);
    visit.on(Event::Refresh).session(Some("someone"), None).edge(Err(Failure::Timeout));
    visit.check("session identify(someone) remove clear remember(guest) insert(-)");
}

#[test]
fn the_question_is_repeated_a_bounded_number_of_times() {
    let mut visit = Visit::new(settings());
    visit.begin();
    let mut asked = 0;
    for _ in 0..20 {
        visit.session(Some("anna"), None).edge(Err(Failure::Unreachable));
        asked += 1;
        let ticket = visit.page.question;
        visit.done.clear();
        visit.on(Event::Elapsed(Timer::QuestionRetry, ticket, false));
        if !visit.done.iter().any(|word| word == "session") || asked >= crate::retry::MAX_ATTEMPTS {
            break;
        }
    }
    assert_eq!(asked, crate::retry::MAX_ATTEMPTS);
    assert_eq!(visit.page.code.as_deref(), Some("edge_unreachable"));
}

#[test]
fn an_expired_token_is_renewed_once() {
    let mut visit = Visit::new(settings());
    visit.begin().session(Some("old"), None).edge(refused(401, "token_expired"));
    visit.check("bootstrap watch session identify(old) session");
    visit.session(Some("old"), None).edge(refused(401, "token_expired"));
    visit.check("identify(old) remember(guest) insert(-)");
    assert_eq!(visit.page.code.as_deref(), Some("token_expired"));
}

#[test]
fn another_tab_takes_the_chat_away_before_anything_is_asked() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::OtherTab(Some(Owner::Person("a-1".into())))).check("");
    let new_owner = || Some(Owner::Person("b-2".into()));
    visit.on(Event::OtherTab(new_owner())).check("remove session consent?");
    visit.session(Some("ben"), new_owner()).edge(Ok(reply(Some("b-2"))));
    visit.check("identify(ben) remember(b-2) insert(person)");
}

#[test]
fn a_page_from_the_cache_is_hidden_until_the_person_is_known() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::Restored(Some(Owner::Person("a-1".into())))).check("consent? hide session");
    visit.session(Some("a-1"), None).edge(Ok(reply(Some("a-1")))).check("identify(a-1) show");
    visit.on(Event::Restored(Some(Owner::Guest))).check("remove session consent?");
}

#[test]
fn scripts_are_tried_again_and_then_by_hand_only() {
    let mut visit = Visit::new(settings());
    visit.begin().session(None, None).edge(Ok(reply(None)));
    for _ in 0..2 {
        let ticket = visit.page.script;
        visit.on(Event::ScriptFailed(ticket));
        assert_eq!(visit.page.state, State::Blocked);
        visit.done.clear();
        visit.on(Event::Elapsed(Timer::ScriptRetry, ticket, false));
        visit.check("remove remember(guest) insert(-)");
    }
    let ticket = visit.page.script;
    let effects = visit.page.handle(Event::ScriptFailed(ticket), 0);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::StartTimer(..))));
    visit.on(Event::Open).check("remove remember(guest) insert(-)");
    visit.ready().check("write(ct_cart_total=none) open");
    assert_eq!(
        (visit.page.state, visit.page.code.as_deref()),
        (State::Ready, None),
        "it is not blocked any more"
    );
}

#[test]
fn a_widget_that_resists_costs_one_reload_and_is_never_believed() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::Resisted).check("remember(unknown) reload");
    let mut next = Visit::new(settings());
    next.begin().session(Some("anna"), Some(Owner::Person("unknown".into()))).edge(Ok(reply(Some("a-1"))));
    next.check("bootstrap watch session identify(anna) clear remember(a-1) insert(person)");
}

#[test]
fn a_shop_may_prefer_the_reload() {
    let mut visit = Visit::new(Settings { reload_on_change: true, ..settings() });
    visit.begin().session(Some("anna"), None).edge(Ok(reply(Some("a-1")))).ready();
    visit.done.clear();
    visit.on(Event::Refresh).session(Some("ben"), None).edge(Ok(reply(Some("b-2"))));
    visit.check("session identify(ben) remove clear remember(unknown) reload");
}

#[test]
fn late_answers_never_overtake_newer_questions() {
    let mut visit = Visit::live(None);
    visit.on(Event::Refresh);
    let old = visit.page.question;
    visit.on(Event::Refresh).check("session session");
    visit
        .on(Event::SessionRead(old, Ok(None), None))
        .on(Event::Identified(old, Ok(reply(Some("x")))))
        .check("");
}

#[test]
fn custom_events_wait_for_the_widget_up_to_a_limit() {
    let mut visit = Visit::new(settings());
    visit.begin();
    for _ in 0..MAX_TRACKS + 5 {
        visit.on(Event::Track("n".into(), ""));
    }
    visit.session(None, None).edge(Ok(reply(None)));
    visit.done.clear();
    visit.ready();
    assert_eq!(visit.done.iter().filter(|word| *word == "track(n)").count(), MAX_TRACKS);
}

#[test]
fn custom_events_need_leave_to_share() {
    let mut visit = Visit::live(None);
    visit.on(Event::Track("a".into(), "")).check("track(a)");
    visit.on(consent(YES, NO));
    visit.done.clear();
    visit.on(Event::Track("b".into(), "")).check("");
    visit.on(consent(YES, YES)).check("tell track(b) session");
}

#[test]
fn custom_events_that_wait_go_when_leave_is_taken_back() {
    let mut visit = Visit::new(settings());
    visit.begin().on(Event::Track("a".into(), "")).on(consent(YES, NO)).on(consent(YES, YES));
    visit.session(None, None).edge(Ok(reply(None)));
    visit.done.clear();
    visit.ready().check("write(ct_cart_total=none)");
}

#[test]
fn what_one_did_is_not_told_in_the_next_ones_chat() {
    // Logged out before the widget was ready.
    let mut visit = Visit::new(settings());
    visit.begin().session(Some("anna"), None).edge(Ok(reply(Some("a-1"))));
    visit.on(Event::Track("order_placed".into(), "")).on(Event::Logout);
    visit.session(None, None).edge(Ok(reply(None)));
    visit.done.clear();
    visit.ready().check("write(ct_cart_total=none)");

    // Another person after her, while her second widget was on its way.
    let mut visit = Visit::new(settings());
    visit.begin().session(Some("anna"), None).edge(Ok(reply(Some("a-1"))));
    visit.on(Event::Track("order_placed".into(), "")).on(Event::Refresh);
    visit.session(Some("ben"), None).edge(Ok(reply(Some("b-2"))));
    visit.done.clear();
    visit.ready().check("write(ct_cart_total=b-2)");
}

#[test]
fn a_new_body_gets_the_widget_again_with_the_same_person_and_stays_hidden_while_asked() {
    let mut visit = Visit::live(Some("a-1"));
    visit.on(Event::BodyReplaced).check("remove remember(a-1) insert(person)");
    visit.ready().check("write(ct_cart_total=a-1)");
    visit.on(Event::Restored(Some(Owner::Person("a-1".into()))));
    visit.done.clear();
    visit.on(Event::BodyReplaced).ready();
    assert!(visit.done.contains(&"hide".to_owned()), "{:?}", visit.done);
    for mut visit in [waiting_for_consent(), Visit::new(settings())] {
        visit.done.clear();
        visit.on(Event::BodyReplaced).check("");
    }
}

fn waiting_for_consent() -> Visit {
    let mut visit = Visit::new(settings());
    visit.on(Event::Start).on(Event::Bootstrapped(1, Ok(bootstrap()))).on(consent(NO, NO));
    visit
}
