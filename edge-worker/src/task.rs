//! Runs the futures of requests.
//!
//! A future is polled at once when it begins and when something that it waits for is there, each time in the platform's
//! own turn of its request. The usual executor (`wasm_bindgen_futures`) puts a turn of its own before every poll, which
//! here costs more than the poll (docs/benchmarks.md).

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use contract::FlatMap;

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

/// Runs a future until it waits, and from there on by itself.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let number = TASKS.with_borrow_mut(|tasks| {
        tasks.last = tasks.last.wrapping_add(1);
        let task = Task {
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
        spawn(poll_fn(move |context| {
            counted.set(counted.get() + 1);
            *kept.borrow_mut() = Some(context.waker().clone());
            if counted.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
        }));
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
    fn a_task_that_wakes_itself_is_polled_once_more_and_others_may_begin_meanwhile() {
        let order: Rc<RefCell<Vec<&str>>> = Rc::default();
        let (outer, inner) = (Rc::clone(&order), Rc::clone(&order));
        let mut is_first = true;
        spawn(poll_fn(move |context| {
            outer.borrow_mut().push("outer");
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(());
            }
            let inner = Rc::clone(&inner);
            spawn(async move { inner.borrow_mut().push("inner") });
            context.waker().wake_by_ref();
            Poll::Pending
        }));
        assert_eq!(*order.borrow(), ["outer", "inner", "outer"]);
    }
}
