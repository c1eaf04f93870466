//! Server-sent events: one stream per open page of a visitor, one per open agent panel.

use std::{convert::Infallible, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    conversation::message_event,
    error::ApiError,
    model::Visit,
    world::{News, Shared},
};

/// How soon a page comes back after its stream has broken.
const RECONNECT: Duration = Duration::from_millis(500);

/// Events for the widget of one visitor, after the conversation so far. The visitor is online while the
/// stream lives. It ends with a reset, after which the page registers again, and when the page has been
/// too slow to take everything, after which it connects again.
pub fn of_visitor(
    tidio: Shared,
    project: String,
    visitor: String,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let news = tidio.listen();
    let presence = Presence::enter(tidio, project, visitor)?;
    let history = presence.history().to_string();
    let events = stream::unfold((news, presence), |(mut news, presence)| async move {
        loop {
            match next(&mut news).await? {
                Some(News::Widget { project, visitor, event })
                    if project == presence.project && visitor == presence.visitor =>
                {
                    let event = Event::default().data(event.to_string());
                    return Some((Ok(event), (news, presence)));
                }
                Some(News::Reset) | None => return None,
                Some(_) => {}
            }
        }
    });
    let hello = stream::once(async move { Ok(Event::default().retry(RECONNECT).data(history)) });
    Ok(Sse::new(hello.chain(events)).keep_alive(KeepAlive::default()))
}

/// Events for the agent panel: who changed. An empty person means "read everything again".
pub fn of_panel(tidio: &Shared) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let events = stream::unfold(tidio.listen(), |mut news| async move {
        loop {
            let (project, person) = match next(&mut news).await? {
                Some(News::Panel { project, person }) => (project, person),
                Some(News::Widget { .. }) => continue,
                Some(News::Reset) | None => (String::new(), String::new()),
            };
            let data = json!({"project": project, "person": person}).to_string();
            return Some((Ok(Event::default().data(data)), news));
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// The next item; `Some(None)` when some were missed, `None` when there will be no more.
async fn next(news: &mut Receiver<News>) -> Option<Option<News>> {
    match news.recv().await {
        Ok(item) => Some(Some(item)),
        Err(RecvError::Lagged(_)) => Some(None),
        Err(RecvError::Closed) => None,
    }
}

/// Counts a visitor as online until dropped.
struct Presence {
    tidio: Shared,
    project: String,
    visitor: String,
}

impl Presence {
    fn enter(tidio: Shared, project: String, visitor: String) -> Result<Self, ApiError> {
        let presence = Self { tidio, project, visitor };
        presence.count(|open| open.saturating_add(1)).ok_or_else(|| ApiError::missing("visitor"))?;
        Ok(presence)
    }

    fn history(&self) -> Value {
        self.tidio.with(|world| {
            let project = world.project(&self.project).ok();
            let person = project.and_then(|project| project.people.get(&self.visitor));
            let messages = person.map(|person| person.messages.as_slice()).unwrap_or_default();
            json!({"type": "history", "messages": messages.iter().map(message_event).collect::<Vec<_>>()})
        })
    }

    fn count(&self, change: fn(u32) -> u32) -> Option<()> {
        self.tidio.with(|world| {
            let people = &mut world.project(&self.project).ok()?.people;
            people.edit(&self.visitor, |person| {
                let visit = person.visit.get_or_insert_with(Visit::default);
                visit.connections = change(visit.connections);
            })?;
            world.touched(&self.project, &self.visitor);
            Some(())
        })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // The visitor may be gone by now, for example after a reset.
        let _ = self.count(|open| open.saturating_sub(1));
    }
}
