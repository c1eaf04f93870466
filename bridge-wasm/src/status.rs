//! What the page is told: six states, stable codes.
//!
//! In scope: names. Out of scope: when which applies.

use std::borrow::Cow;

use contract::ConsentState;

/// A stable reason: one of [`code`], or a code of the edge.
pub type Code = Cow<'static, str>;

/// What the bridge is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing loaded: consent or the moment is missing.
    Waiting,
    /// Allowed; identity and widget are on their way.
    Loading,
    /// The widget answers.
    Ready,
    /// The widget script did not load.
    Blocked,
    /// Something else went wrong; the code says what.
    Failed,
    /// Consent was taken back.
    Withdrawn,
}

impl State {
    /// The word that the page sees.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Loading => "loading",
            State::Ready => "ready",
            State::Blocked => "blocked",
            State::Failed => "failed",
            State::Withdrawn => "withdrawn",
        }
    }
}

/// A status event. The shell adds which build runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: State,
    /// Stable reason, one of [`code`] or a code of the edge.
    pub code: Option<Code>,
    /// `wasm` or `js`.
    pub engine: &'static str,
    /// Consent at this moment.
    pub consent: ConsentState,
    /// Correlation id of the latest answer of the edge.
    pub correlation_id: Option<String>,
}

/// Codes that the bridge itself gives. Those of the edge are in [`contract::ErrorCode`].
pub mod code {
    /// No consent source has answered yet.
    pub const CONSENT_PENDING: &str = "consent_pending";
    /// The store's settings are on their way; consent has not been read.
    pub const SETTINGS_PENDING: &str = "settings_pending";
    /// The shopper said no, before anything was loaded.
    pub const CONSENT_DENIED: &str = "consent_denied";
    /// The configured consent source is not on the page (yet).
    pub const CONSENT_ABSENT: &str = "consent_absent";
    /// The shopper took consent back.
    pub const CONSENT_WITHDRAWN: &str = "consent_withdrawn";
    /// The shopper was asked in place and said no; not asked again on this page.
    pub const CONSENT_DECLINED: &str = "consent_declined";
    /// `stop()` was called.
    pub const STOPPED: &str = "stopped";
    /// The session function threw or rejected.
    pub const SESSION_THREW: &str = "session_threw";
    /// The session function did not answer in time.
    pub const SESSION_TIMEOUT: &str = "session_timeout";
    /// The session function or the stored text is not a session.
    pub const SESSION_MALFORMED: &str = "session_malformed";
    /// The script element reported an error: content blocker, policy or network.
    pub const SCRIPT_BLOCKED: &str = "script_blocked";
    /// The script ran but never attached its API.
    pub const WIDGET_MISSING: &str = "widget_missing";
    /// The API is there but never became ready: usually its socket is blocked.
    pub const READY_TIMEOUT: &str = "ready_timeout";
    /// The old widget resisted removal, so the page is being reloaded.
    pub const PAGE_RELOAD: &str = "page_reload";

    /// All of them, for the documentation.
    pub const ALL: &[&str] = &[
        CONSENT_PENDING,
        SETTINGS_PENDING,
        CONSENT_DENIED,
        CONSENT_ABSENT,
        CONSENT_WITHDRAWN,
        CONSENT_DECLINED,
        STOPPED,
        SESSION_THREW,
        SESSION_TIMEOUT,
        SESSION_MALFORMED,
        SCRIPT_BLOCKED,
        WIDGET_MISSING,
        READY_TIMEOUT,
        PAGE_RELOAD,
    ];
}
