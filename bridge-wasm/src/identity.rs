//! Whose chat is it? A table of states and events.
//!
//! In scope: when Tidio's stored identity may be kept, must be cleared, or must give way at once. Out of scope:
//! how the widget is loaded or removed. The rule behind every cell: a person's chat is only ever shown after
//! that person has been proven again; a guest's chat may become a person's, never the other way round.

/// What this browser holds at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No widget, nothing stored.
    Fresh,
    /// No widget; Tidio's storage holds a guest's chat.
    StoredGuest,
    /// No widget; Tidio's storage holds a known person's chat.
    StoredPerson,
    /// The widget runs for a guest.
    LiveGuest,
    /// The widget runs for a known person.
    LivePerson,
    /// Consent was taken back; nothing is stored.
    Withdrawn,
}

/// What became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The visitor is nobody in particular: no proof, or the edge did not accept it.
    Guest,
    /// The edge proved the person that is stored or running.
    Same,
    /// The edge proved a person, and another one or the first one.
    Other,
    /// The edge cannot be asked; the shop's hints are those of the running person.
    UnsureSame,
    /// The edge cannot be asked; the hints are missing or differ.
    UnsureOther,
    /// The shop says that the shopper has logged out.
    Logout,
    /// Consent was taken back.
    Withdraw,
    /// Another tab put a different person, or nobody, into Tidio's storage.
    OtherTab,
    /// The page came back from the back-forward cache.
    Restored,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// Load the widget; storage stays.
    Load,
    /// Clear Tidio's storage, then load the widget.
    ClearAndLoad,
    /// Same person: write changed fields only.
    Update,
    /// Remove the widget and load it again with the new identity; storage stays, so that a guest's
    /// conversation can follow the guest who has just logged in.
    Restart,
    /// Remove the widget, clear, load again.
    ClearAndRestart,
    /// Remove the widget and clear.
    Clear,
    /// Hide the widget and find out again who this is.
    HideAndAsk,
    /// Remove the widget (the storage is already somebody else's) and find out again who this is.
    DropAndAsk,
    /// Find out again who this is.
    Ask,
}

/// All states, in the order of the printed matrix.
pub const PRESENCES: [Presence; 6] = [
    Presence::Fresh,
    Presence::StoredGuest,
    Presence::StoredPerson,
    Presence::LiveGuest,
    Presence::LivePerson,
    Presence::Withdrawn,
];

/// All events, in the order of the printed matrix.
pub const SIGNALS: [Signal; 9] = [
    Signal::Guest,
    Signal::Same,
    Signal::Other,
    Signal::UnsureSame,
    Signal::UnsureOther,
    Signal::Logout,
    Signal::Withdraw,
    Signal::OtherTab,
    Signal::Restored,
];

/// The table: what to do and where it leads. Total, so that no cell is undefined.
///
/// After [`Signal::OtherTab`] the caller reads the marker to tell `StoredGuest`, `StoredPerson` and `Fresh`
/// apart; the table answers the most careful one.
pub const fn next(presence: Presence, signal: Signal) -> (Step, Presence) {
    use Presence::*;
    use Signal as S;
    use Step::*;
    match (presence, signal) {
        (Fresh | StoredGuest | Withdrawn, S::Guest | S::UnsureSame | S::UnsureOther) => (Load, LiveGuest),
        (Fresh | StoredGuest | Withdrawn, S::Same | S::Other) => (Load, LivePerson),
        (StoredPerson, S::Same) => (Load, LivePerson),
        (StoredPerson, S::Other) => (ClearAndLoad, LivePerson),
        (StoredPerson, S::Guest | S::UnsureSame | S::UnsureOther) => (ClearAndLoad, LiveGuest),

        (LiveGuest, S::Guest) => (Update, LiveGuest),
        (LiveGuest, S::UnsureSame | S::UnsureOther) => (Nothing, LiveGuest),
        (LiveGuest, S::Same | S::Other) => (Restart, LivePerson),
        (LivePerson, S::Same) => (Update, LivePerson),
        (LivePerson, S::UnsureSame) => (Nothing, LivePerson),
        (LivePerson, S::Other) => (ClearAndRestart, LivePerson),
        (LivePerson, S::Guest | S::UnsureOther) => (ClearAndRestart, LiveGuest),

        (LiveGuest | LivePerson, S::Logout) => (ClearAndRestart, LiveGuest),
        (StoredGuest | StoredPerson, S::Logout) => (Clear, Fresh),
        (Fresh, S::Logout) => (Nothing, Fresh),
        (Withdrawn, S::Logout | S::Withdraw | S::OtherTab | S::Restored) => (Nothing, Withdrawn),

        (StoredGuest | StoredPerson | LiveGuest | LivePerson, S::Withdraw) => (Clear, Withdrawn),
        (Fresh, S::Withdraw) => (Nothing, Withdrawn),

        (LiveGuest | LivePerson, S::OtherTab) => (DropAndAsk, StoredPerson),
        (Fresh | StoredGuest | StoredPerson, S::OtherTab) => (Nothing, StoredPerson),
        (LiveGuest, S::Restored) => (HideAndAsk, LiveGuest),
        (LivePerson, S::Restored) => (HideAndAsk, LivePerson),
        (Fresh, S::Restored) => (Ask, Fresh),
        (StoredGuest, S::Restored) => (Ask, StoredGuest),
        (StoredPerson, S::Restored) => (Ask, StoredPerson),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints the matrix with `cargo test -p bridge-wasm matrix -- --nocapture`.
    #[test]
    fn the_matrix_has_no_undefined_cell() {
        let documented = include_str!("../../docs/browser.md");
        println!("| state | {} |", SIGNALS.map(|signal| format!("{signal:?}")).join(" | "));
        println!("|{}", " --- |".repeat(SIGNALS.len() + 1));
        for presence in PRESENCES {
            let cells = SIGNALS.map(|signal| {
                let (step, after) = next(presence, signal);
                format!("{step:?} → {after:?}")
            });
            let row = format!("| {presence:?} | {} |", cells.join(" | "));
            println!("{row}");
            assert!(documented.contains(&row), "docs/browser.md has another row for {presence:?}");
        }
    }

    #[test]
    fn a_persons_storage_is_cleared_before_anybody_else_uses_it() {
        for presence in [Presence::StoredPerson, Presence::LivePerson] {
            for signal in
                [Signal::Guest, Signal::Other, Signal::UnsureOther, Signal::Logout, Signal::Withdraw]
            {
                let (step, _) = next(presence, signal);
                let clears = matches!(step, Step::Clear | Step::ClearAndLoad | Step::ClearAndRestart);
                assert!(clears, "{presence:?} {signal:?}: {step:?}");
            }
        }
    }

    #[test]
    fn nothing_runs_after_withdrawal_or_without_an_answer() {
        for presence in PRESENCES {
            assert_eq!(next(presence, Signal::Withdraw).1, Presence::Withdrawn);
        }
        for signal in [Signal::Logout, Signal::OtherTab, Signal::Restored, Signal::Withdraw] {
            assert_eq!(next(Presence::Withdrawn, signal), (Step::Nothing, Presence::Withdrawn));
        }
    }

    #[test]
    fn a_widget_that_runs_is_never_loaded_a_second_time() {
        for presence in [Presence::LiveGuest, Presence::LivePerson] {
            for signal in SIGNALS {
                let (step, _) = next(presence, signal);
                assert!(!matches!(step, Step::Load | Step::ClearAndLoad), "{presence:?} {signal:?}");
            }
        }
    }

    #[test]
    fn what_happens_twice_changes_nothing_the_second_time() {
        for presence in PRESENCES {
            for signal in [Signal::Guest, Signal::Same, Signal::UnsureOther, Signal::Withdraw] {
                let after = next(presence, signal).1;
                let (step, again) = next(after, signal);
                let repeat = matches!(step, Step::Nothing | Step::Update);
                assert!(repeat && again == after, "{presence:?} {signal:?}: {step:?}");
            }
        }
    }
}
