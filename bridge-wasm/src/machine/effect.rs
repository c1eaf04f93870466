//! What the machine wants done. The shell does it, in order.

use contract::ConsentState;

use super::{Owner, Ticket, Timer};
use crate::consent::Mapping;
use crate::fields::Properties;
use crate::status::Status;

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<J> {
    /// Tell the page.
    Publish(Status),
    /// Ask the edge for the store's settings. Safe to repeat: a read.
    FetchBootstrap(Ticket),
    /// Watch the consent source with this mapping, and read it now. Repeated calls replace the mapping.
    WatchConsent(Mapping),
    /// Read the consent source now.
    CheckConsent,
    /// The shopper wants chat and may not have it: ask in place. Repeated calls while it is asked change nothing.
    Ask,
    /// Read the session, if `allowed`, and the marker.
    ReadSession {
        /// Number of the question.
        ticket: Ticket,
        /// Whether the shop may be asked at all.
        allowed: bool,
    },
    /// Ask the edge who this is. Safe to repeat: the same state gives the same answer and one contact.
    Identify {
        /// Number of the question.
        ticket: Ticket,
        /// The proof, if any.
        token: Option<String>,
        /// Consent at this moment.
        consent: ConsentState,
    },
    /// Tell the edge that consent changed. Safe to repeat: the last one counts.
    TellConsent {
        /// The proof, if any.
        token: Option<String>,
        /// Consent from now on.
        consent: ConsentState,
    },
    /// Report [`Event::Elapsed`](super::Event::Elapsed) after this many milliseconds.
    StartTimer(Timer, Ticket, u32),
    /// Remove every `tidio_*` item and cookie.
    ClearStorage,
    /// Store or remove the marker that says whose chat Tidio's storage holds.
    Remember(Option<Owner>),
    /// Set the globals and insert the script.
    Insert {
        /// Number of the script.
        ticket: Ticket,
        /// URL of the script.
        script: String,
        /// Widget language.
        language: String,
        /// Who to tell Tidio; nobody for a guest.
        person: Option<J>,
    },
    /// Take the widget off the page; report [`Event::Resisted`](super::Event::Resisted) when it stays.
    Remove,
    /// Reload the page.
    Reload,
    /// Hide the widget.
    Hide,
    /// Show the widget.
    Show,
    /// Show and open the widget.
    Open,
    /// Write contact properties.
    Write(Properties),
    /// Set the currency.
    Currency(J),
    /// Add tags.
    Tags(J),
    /// Send a custom event.
    Track(String, J),
}
