//! What the machine is told once: the shop's settings, the store's, what the edge found out, and who owns a chat.

use contract::Consent;

use crate::consent::Mapping;
use crate::fields::Properties;

/// Settings of the shop that the decisions need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `wasm` or `js`, for the status.
    pub engine: &'static str,
    /// Time for the widget to become ready, in milliseconds.
    pub ready_timeout_ms: u32,
    /// Time for an answer of the edge, in milliseconds.
    pub edge_timeout_ms: u32,
    /// Time for the session function, in milliseconds.
    pub session_timeout_ms: u32,
    /// Reload the page after a withdrawal, for shops that want Tidio's script gone and not only its frames.
    pub reload_on_withdraw: bool,
    /// What the consent source said when the shopper said yes in place, earlier in this tab.
    pub said_yes: Option<Consent>,
    /// Reload the page when the person changes, instead of replacing the widget in place.
    pub reload_on_change: bool,
    /// What to load when the edge was never reached.
    pub fallback: Option<Bootstrap>,
    /// The shop's own mapping; an empty list leaves the edge's.
    pub mapping: Mapping,
}

/// Settings of the store, from the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bootstrap {
    /// URL of the widget script.
    pub script: String,
    /// Widget language.
    pub language: String,
    /// Purposes of the store.
    pub mapping: Mapping,
}

/// What the edge found out about the visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply<J> {
    /// Opaque id of a proven person.
    pub distinct_id: Option<String>,
    /// The person as the edge sent it, for the widget.
    pub person: J,
    /// Widget language.
    pub language: String,
    /// Currency as the edge sent it.
    pub currency: J,
    /// Visitor tags as the edge sent them.
    pub tags: J,
    /// Contact properties.
    pub properties: Properties,
    /// Correlation id of the call.
    pub correlation_id: Option<String>,
}

/// Whose chat lies in Tidio's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A guest.
    Guest,
    /// A proven person, by distinct id.
    Person(String),
}

impl Owner {
    /// The stored form. A distinct id never is this word: it has dashes.
    pub fn as_marker(&self) -> &str {
        match self {
            Owner::Guest => "guest",
            Owner::Person(id) => id,
        }
    }

    /// Reads the stored form.
    pub fn of_marker(marker: &str) -> Owner {
        if marker == "guest" { Owner::Guest } else { Owner::Person(marker.to_owned()) }
    }
}
