//! Runs the futures of requests.
//!
//! A future is polled at once when it begins and when something that it waits for is there, each time in the platform's
//! own turn of its request. The usual executor (`wasm_bindgen_futures`) puts a turn of its own before every poll, which
//! here costs more than the poll (docs/benchmarks.md).
//!
//! One task is polled at a time: what wakes another meanwhile, such as a lock that is let go, may still be holding what
//! the other one needs. So that one is polled next.
//!
//! A caller that goes away takes its request along: the platform then settles nothing for it any more, and its future
//! would lie here until the isolate ends. It is dropped once no request can still be under way.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use contract::FlatMap;

/// Milliseconds after which a request is not under way any more. All that one waits for ends by deadlines of its own, in
/// a fraction of this.
pub const REQUEST_MS: u64 = 120_000;
/// Milliseconds after which nothing is: the platform ends an alarm, the longest there is, after 15 minutes.
pub const ALARM_MS: u64 = 20 * 60_000;
/// So many of the oldest tasks are looked at for one that is not under way any more. An alarm may be among them for long.
const LOOKED_AT: usize = 8;

/// What a request does.
type Work = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static TASKS: RefCell<Tasks> = RefCell::default();
}

#[derive(Default)]
struct Tasks {
    last: u32,
    running: FlatMap<u32, Task>,
    /// To be polled, in this order.
    woken: VecDeque<u32>,
    /// Is one being polled now?
    is_busy: bool,
}

struct Task {
    ends_by_ms: u64,
    /// Not here while it is being polled.
    future: Option<Work>,
    waker: Waker,
}

/// Wakes the task of this number. A number means the same task to whoever kept it; it comes again after four billion.
struct Alarm(u32);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        run(self.0);
    }
}

/// Runs a future until it waits, at once or after the one that is being polled, and from there on by itself. `now_ms`: milliseconds since the Unix epoch; `longest_ms`: how
/// long it can be under way, [`REQUEST_MS`] or [`ALARM_MS`].
pub fn spawn_at(now_ms: u64, longest_ms: u64, future: impl Future<Output = ()> + 'static) {
    // Dropped when the list is free again: a future may hold what looks at the list.
    let abandoned = TASKS.with_borrow_mut(|tasks| tasks.take_abandoned(now_ms));
    drop(abandoned);
    let number = TASKS.with_borrow_mut(|tasks| {
        tasks.last = tasks.last.wrapping_add(1);
        let task = Task {
            ends_by_ms: now_ms.saturating_add(longest_ms),
            future: Some(Box::pin(future)),
            waker: Waker::from(Arc::new(Alarm(tasks.last))),
        };
        tasks.running.insert(tasks.last, task);
        tasks.last
    });
    run(number);
}

fn run(number: u32) {
    let mut next = TASKS.with_borrow_mut(|tasks| {
        tasks.woken.push_back(number);
        if tasks.is_busy { None } else { tasks.next() }
    });
    while let Some((number, mut future, waker)) = next {
        let is_done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        // Dropped when the list is free again: that may wake others.
        drop(TASKS.with_borrow_mut(|tasks| tasks.put_back(number, future, is_done)));
        next = TASKS.with_borrow_mut(Tasks::next);
    }
}

impl Tasks {
    /// An old task that cannot be under way any more. One for each that begins is enough: not more can be abandoned than
    /// began.
    fn take_abandoned(&mut self, now_ms: u64) -> Option<Task> {
        let is_abandoned = |task: &Task| task.future.is_some() && now_ms > task.ends_by_ms;
        let (&number, _) = self.running.iter().take(LOOKED_AT).find(|(_, task)| is_abandoned(task))?;
        self.running.remove(&number)
    }

    /// The next one to be polled. What was woken and is done by now is passed over.
    fn next(&mut self) -> Option<(u32, Work, Waker)> {
        let next = loop {
            let Some(number) = self.woken.pop_front() else { break None };
            let task = self.running.get_mut(&number);
            if let Some((future, waker)) =
                task.and_then(|task| Some((task.future.take()?, task.waker.clone())))
            {
                break Some((number, future, waker));
            }
        };
        self.is_busy = next.is_some();
        next
    }

    /// After a poll. What is not kept is given back.
    fn put_back(&mut self, number: u32, future: Work, is_done: bool) -> Option<Work> {
        let task = if is_done { None } else { self.running.get_mut(&number) };
        let Some(task) = task else {
            self.running.remove(&number);
            return Some(future);
        };
        task.future = Some(future);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::Poll;

    use futures_util::lock::Mutex;

    use super::*;

    #[test]
    fn a_task_runs_to_its_first_wait_and_on_when_it_is_woken() {
        let (polls, waker): (Rc<Cell<u32>>, Rc<RefCell<Option<Waker>>>) = Default::default();
        let (counted, kept) = (Rc::clone(&polls), Rc::clone(&waker));
        spawn_at(
            0,
            REQUEST_MS,
            poll_fn(move |context| {
                counted.set(counted.get() + 1);
                *kept.borrow_mut() = Some(context.waker().clone());
                if counted.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
            }),
        );
        assert_eq!(polls.get(), 1);
        let waker = waker.borrow_mut().take().unwrap();
        waker.wake_by_ref();
        assert_eq!(polls.get(), 2);
        waker.wake_by_ref();
        waker.wake();
        assert_eq!(polls.get(), 3, "what is done is not polled again");
        assert!(TASKS.with_borrow(|tasks| tasks.running.is_empty()));
    }

    #[test]
    fn whoever_waits_for_a_lock_comes_after_the_one_who_lets_it_go() {
        let lock: Rc<Mutex<Vec<&str>>> = Rc::default();
        let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
        let (held, kept) = (Rc::clone(&lock), Rc::clone(&waker));
        spawn_at(0, REQUEST_MS, async move {
            let mut told = held.lock().await;
            let mut is_first = true;
            poll_fn(|context| {
                *kept.borrow_mut() = Some(context.waker().clone());
                if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
            })
            .await;
            told.push("first");
        });
        for name in ["second", "third"] {
            let held = Rc::clone(&lock);
            spawn_at(0, REQUEST_MS, async move { held.lock().await.push(name) });
        }
        assert!(lock.try_lock().is_none());
        waker.take().unwrap().wake();
        assert_eq!(*lock.try_lock().unwrap(), ["first", "second", "third"]);
    }

    #[test]
    fn what_a_request_that_went_away_held_is_dropped_when_another_begins_later() {
        let held: Rc<()> = Rc::default();
        for longest_ms in [ALARM_MS, REQUEST_MS, REQUEST_MS] {
            let held = Rc::clone(&held);
            spawn_at(
                0,
                longest_ms,
                poll_fn(move |_| if Rc::strong_count(&held) == 0 { Poll::Ready(()) } else { Poll::Pending }),
            );
        }
        spawn_at(REQUEST_MS, REQUEST_MS, async {});
        assert_eq!(Rc::strong_count(&held), 4, "may still be under way");
        spawn_at(REQUEST_MS + 1, REQUEST_MS, async {});
        assert_eq!(Rc::strong_count(&held), 3);
        spawn_at(REQUEST_MS + 1, REQUEST_MS, async {});
        assert_eq!(Rc::strong_count(&held), 2, "an alarm may take longer");
        spawn_at(ALARM_MS + 1, REQUEST_MS, async {});
        assert_eq!(Rc::strong_count(&held), 1);
    }

    #[test]
    fn a_task_that_wakes_itself_is_polled_once_more_and_others_may_begin_meanwhile() {
        let order: Rc<RefCell<Vec<&str>>> = Rc::default();
        let (outer, inner) = (Rc::clone(&order), Rc::clone(&order));
        let mut is_first = true;
        spawn_at(
            0,
            REQUEST_MS,
            poll_fn(move |context| {
                outer.borrow_mut().push("outer");
                if !std::mem::take(&mut is_first) {
                    return Poll::Ready(());
                }
                let inner = Rc::clone(&inner);
                spawn_at(0, REQUEST_MS, async move { inner.borrow_mut().push("inner") });
                context.waker().wake_by_ref();
                Poll::Pending
            }),
        );
        assert_eq!(*order.borrow(), ["outer", "inner", "outer"]);
    }
}
