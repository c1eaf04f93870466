//! Runs the futures of requests.
//!
//! A future is polled at once when it begins and when something that it waits for is there, each time in the platform's
//! own turn of its request. The usual executor (`wasm_bindgen_futures`) puts a turn of its own before every poll, which
//! here costs more than the poll (docs/benchmarks.md).
//!
//! A caller that goes away takes its request along: the platform then settles nothing for it any more, and its future
//! would lie here until the isolate ends. It is dropped once no request can still be under way.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use contract::FlatMap;

/// Milliseconds after which a request is not under way any more. All that one waits for ends by deadlines of its own, in
/// a fraction of this.
const ABANDONED_MS: u64 = 120_000;

/// What a request does.
type Work = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static TASKS: RefCell<Tasks> = RefCell::default();
}

#[derive(Default)]
struct Tasks {
    last: u32,
    running: FlatMap<u32, Task>,
}

struct Task {
    started_ms: u64,
    /// Not here while it is being polled.
    future: Option<Work>,
    waker: Waker,
    /// Woken while it was being polled: it is polled once more.
    is_woken: bool,
}

/// Wakes the task of this number. A number means the same task to whoever kept it; it comes again after four billion.
struct Alarm(u32);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        run(self.0);
    }
}

/// Runs a future until it waits, and from there on by itself. `now_ms`: milliseconds since the Unix epoch.
pub fn spawn_at(now_ms: u64, future: impl Future<Output = ()> + 'static) {
    // Dropped when the list is free again: a future may hold what looks at the list.
    let abandoned = TASKS.with_borrow_mut(|tasks| tasks.take_abandoned(now_ms));
    drop(abandoned);
    let number = TASKS.with_borrow_mut(|tasks| {
        tasks.last = tasks.last.wrapping_add(1);
        let task = Task {
            started_ms: now_ms,
            future: Some(Box::pin(future)),
            waker: Waker::from(Arc::new(Alarm(tasks.last))),
            is_woken: false,
        };
        tasks.running.insert(tasks.last, task);
        tasks.last
    });
    run(number);
}

fn run(number: u32) {
    while let Some((mut future, waker)) = TASKS.with_borrow_mut(|tasks| tasks.take(number)) {
        let is_done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        if is_done {
            TASKS.with_borrow_mut(|tasks| tasks.running.remove(&number));
            return;
        }
        if !TASKS.with_borrow_mut(|tasks| tasks.put_back(number, future)) {
            return;
        }
    }
}

impl Tasks {
    /// The oldest task, if its request cannot be under way any more. One for each that begins is enough: not more can be
    /// abandoned than began.
    fn take_abandoned(&mut self, now_ms: u64) -> Option<Task> {
        let (&number, task) = self.running.iter().next()?;
        let is_abandoned = task.future.is_some() && now_ms.saturating_sub(task.started_ms) > ABANDONED_MS;
        is_abandoned.then(|| self.running.remove(&number)).flatten()
    }

    /// The future, to be polled; `None` if that is going on already, or it is done.
    fn take(&mut self, number: u32) -> Option<(Work, Waker)> {
        let task = self.running.get_mut(&number)?;
        let future = task.future.take();
        task.is_woken = future.is_none();
        future.map(|future| (future, task.waker.clone()))
    }

    /// Was it woken meanwhile?
    fn put_back(&mut self, number: u32, future: Work) -> bool {
        self.running.get_mut(&number).is_some_and(|task| {
            task.future = Some(future);
            task.is_woken
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::Poll;

    use super::*;

    #[test]
    fn a_task_runs_to_its_first_wait_and_on_when_it_is_woken() {
        let (polls, waker): (Rc<Cell<u32>>, Rc<RefCell<Option<Waker>>>) = Default::default();
        let (counted, kept) = (Rc::clone(&polls), Rc::clone(&waker));
        spawn_at(
            0,
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
    fn what_a_request_that_went_away_held_is_dropped_when_another_begins_later() {
        let held: Rc<()> = Rc::default();
        for _ in 0..2 {
            let held = Rc::clone(&held);
            spawn_at(
                0,
                poll_fn(move |_| if Rc::strong_count(&held) == 0 { Poll::Ready(()) } else { Poll::Pending }),
            );
        }
        spawn_at(ABANDONED_MS, async {});
        assert_eq!(Rc::strong_count(&held), 3, "may still be under way");
        spawn_at(ABANDONED_MS + 1, async {});
        assert_eq!(Rc::strong_count(&held), 2);
        spawn_at(ABANDONED_MS + 1, async {});
        assert_eq!(Rc::strong_count(&held), 1);
    }

    #[test]
    fn a_task_that_wakes_itself_is_polled_once_more_and_others_may_begin_meanwhile() {
        let order: Rc<RefCell<Vec<&str>>> = Rc::default();
        let (outer, inner) = (Rc::clone(&order), Rc::clone(&order));
        let mut is_first = true;
        spawn_at(
            0,
            poll_fn(move |context| {
                outer.borrow_mut().push("outer");
                if !std::mem::take(&mut is_first) {
                    return Poll::Ready(());
                }
                let inner = Rc::clone(&inner);
                spawn_at(0, async move { inner.borrow_mut().push("inner") });
                context.waker().wake_by_ref();
                Poll::Pending
            }),
        );
        assert_eq!(*order.borrow(), ["outer", "inner", "outer"]);
    }
}
