//! How many rows a page is asked for: fewer once one was too large or too slow to be read, and more again later.

use std::cell::Cell;

use super::PAGE_LIMIT;

/// After so many pages that could be read, twice as many rows are tried. Whatever made a page unreadable may be over; if
/// it is not, the try costs one read in so many.
const GOOD_PAGES: u32 = 32;

thread_local! {
    /// Orders may have 20 kB, or 16 MB. One number for all that is read in the isolate: a wrong guess costs a read.
    static MOST: Cell<usize> = const { Cell::new(PAGE_LIMIT) };
    /// Pages read since it was last changed.
    static GOOD: Cell<u32> = const { Cell::new(0) };
}

/// Rows to ask for, at most.
pub fn most() -> usize {
    MOST.get()
}

/// A page of so many rows could not be read. Is it worth asking for fewer?
pub fn too_many(rows: usize) -> bool {
    if rows == 1 {
        return false;
    }
    set((rows / 4).max(1));
    true
}

/// A page could be read.
pub fn good() {
    if MOST.get() == PAGE_LIMIT {
        return;
    }
    GOOD.set(GOOD.get() + 1);
    if GOOD.get() == GOOD_PAGES {
        set((MOST.get() * 2).min(PAGE_LIMIT));
    }
}

fn set(most: usize) {
    MOST.set(most);
    GOOD.set(0);
}

/// As in a fresh isolate.
#[cfg(test)]
pub fn reset() {
    set(PAGE_LIMIT);
}
