//! Local storage and cookies: our marker, and clearing what Tidio left.
//!
//! gloo-storage's accessors panic when a page may not use storage at all, so web-sys is asked first; only where
//! storage is known to be there does gloo remove from it.

use super::browser::Browser;
use super::{Shell, host};
use crate::machine::Owner;
use crate::page::Page;
use gloo_storage::Storage as _;

/// Says whose chat Tidio's storage holds. The boot part looks for it as well.
pub const MARKER: &str = "ct-tidio";

/// The store's settings of the last visit.
pub const SETTINGS: &str = "ct-tidio-settings";

/// Tidio's own prefix, of storage items and cookies.
const TIDIO: &str = "tidio_";

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// An item; `None` when there is none or storage is blocked.
pub fn read(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

/// Who owns Tidio's storage.
pub fn owner() -> Option<Owner> {
    read(MARKER).map(|marker| Owner::of_marker(&marker))
}

/// Removes every item and cookie of Tidio's. Repeatable.
pub fn clear_tidio(page: &Browser) {
    if let Some(storage) = local() {
        for name in page.keys(&storage) {
            if name.starts_with(TIDIO) {
                gloo_storage::LocalStorage::delete(&name);
            }
        }
    }
    host::clear_cookies("tidio_");
    host::clear_cookies("_tidio");
}

impl Shell {
    /// Stores or removes the marker and, with it, the settings for a visit on which the edge is down.
    pub(super) fn remember(&self, owner: Option<Owner>) {
        let Some(storage) = local() else { return };
        // A full storage is not an error: the next visit only knows less.
        match owner {
            Some(owner) => {
                let _ = storage.set_item(MARKER, owner.as_marker());
                if let Some(settings) = self.bootstrap.borrow().as_ref() {
                    let _ = storage.set_item(SETTINGS, settings);
                }
            }
            None => {
                gloo_storage::LocalStorage::delete(MARKER);
                gloo_storage::LocalStorage::delete(SETTINGS);
            }
        }
    }
}
