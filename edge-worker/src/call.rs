//! Calls of `web.js` that take time: each has a number, under which its result comes back.
//!
//! One function for the results of all calls, kept as long as the module, in the place of two closures and a promise per
//! call: those cost more than the crossing itself (docs/benchmarks.md).

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use contract::FlatMap;
use wasm_bindgen::prelude::*;

use crate::web;

/// Takes the result of a call: its number, a text, and bytes if there are any.
pub type Settle = dyn Fn(u32, String, Option<Vec<u8>>);

thread_local! {
    static CALLS: RefCell<Calls> = RefCell::default();
    static SETTLED: Closure<Settle> = {
        let settled = Closure::new(settle);
        web::connect(&settled);
        settled
    };
}

#[derive(Default)]
struct Calls {
    last: u32,
    open: FlatMap<u32, State>,
}

enum State {
    Waiting(Option<Waker>),
    Settled(Outcome),
}

/// What a call brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Lines, or a word for why there is no body.
    pub text: String,
    /// Bytes, if there are any.
    pub body: Option<Vec<u8>>,
}

/// A call under way. Dropped, it goes on, and its result is for nobody.
pub struct Call(u32);

impl Call {
    /// Begins a call: `begin` is given its number.
    pub fn begin(begin: impl FnOnce(u32)) -> Self {
        SETTLED.with(|_connected| ());
        let call = Call::new();
        begin(call.0);
        call
    }

    fn new() -> Self {
        CALLS.with_borrow_mut(|calls| {
            calls.last = calls.last.wrapping_add(1);
            calls.open.insert(calls.last, State::Waiting(None));
            Call(calls.last)
        })
    }
}

impl Future for Call {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        CALLS.with_borrow_mut(|calls| match calls.open.remove(&self.0) {
            Some(State::Settled(outcome)) => Poll::Ready(outcome),
            _ => {
                calls.open.insert(self.0, State::Waiting(Some(context.waker().clone())));
                Poll::Pending
            }
        })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        CALLS.with_borrow_mut(|calls| calls.open.remove(&self.0));
    }
}

fn settle(number: u32, text: String, body: Option<Vec<u8>>) {
    let waker = CALLS.with_borrow_mut(|calls| {
        let state = calls.open.get_mut(&number)?;
        match std::mem::replace(state, State::Settled(Outcome { text, body })) {
            State::Waiting(waker) => waker,
            State::Settled(_) => None,
        }
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task;
    use std::rc::Rc;

    #[test]
    fn a_result_reaches_its_call_and_no_other() {
        let got: Rc<RefCell<Vec<String>>> = Rc::default();
        let (first, second) = (Call::new(), Call::new());
        let (one, other) = (first.0, second.0);
        for call in [first, second] {
            let got = Rc::clone(&got);
            task::spawn_at(0, task::REQUEST_MS, async move {
                let Outcome { text, .. } = call.await;
                got.borrow_mut().push(text);
            });
        }
        settle(other, "second".to_owned(), None);
        settle(one, "first".to_owned(), None);
        settle(one, "again".to_owned(), None);
        assert_eq!(*got.borrow(), ["second", "first"]);
        assert!(CALLS.with_borrow(|calls| calls.open.is_empty()));
    }

    #[test]
    fn a_result_may_be_there_before_it_is_asked_for_and_may_come_for_nobody() {
        let call = Call::new();
        settle(call.0, "early".to_owned(), Some(vec![1]));
        let dropped = Call::new();
        let number = dropped.0;
        drop(dropped);
        settle(number, "late".to_owned(), None);
        assert_eq!(CALLS.with_borrow(|calls| calls.open.len()), 1);
        task::spawn_at(0, task::REQUEST_MS, async move {
            assert_eq!(call.await, Outcome { text: "early".to_owned(), body: Some(vec![1]) });
        });
        assert!(CALLS.with_borrow(|calls| calls.open.is_empty()));
    }
}
