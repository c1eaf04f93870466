//! Delivery of Subscriptions through the services that stand between commercetools and an HTTP target.
//!
//! Each mapping from a Subscription to a target is a [`Lane`]. A lane delivers at least once, in no
//! particular order, signed and retried as its service does it. Nothing survives the process.

pub mod admin;
mod client;
mod envelope;
mod keys;
mod log;
mod notification;
mod retry;
mod target;

use super::kinds::Kind;
use super::project::{Event, Project, text};
use crate::shared::Harness;
use crate::shared::platform::{Rng, new_uuid};
use envelope::{Context, Outgoing};
use log::State;
use notification::Notification;
use retry::{Attempt, Next};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use target::{Service, Target};
use tokio::sync::{Notify, Semaphore};

/// How long Event Grid collects notifications for a batch, in milliseconds.
const BATCH_WINDOW_MS: u64 = 50;
/// How often a waiting lane looks whether it has been closed, in milliseconds.
const CLOSED_CHECK_MS: u64 = 200;

/// Everything that delivers.
pub struct Courier {
    harness: Arc<Harness>,
    keys: keys::Keys,
    sender: client::Sender,
    lanes: Mutex<Vec<Arc<Lane>>>,
    log: log::DeliveryLog,
}

/// One target of one Subscription.
struct Lane {
    target: Target,
    project: String,
    topic_arn: String,
    origin: String,
    /// Deliveries in flight.
    slots: Semaphore,
    dice: Mutex<Rng>,
    /// Waiting for the batch to fill.
    batch: Mutex<Vec<(u64, Notification)>>,
    /// The handshake, where the service has one, has succeeded.
    open: AtomicBool,
    opened: Notify,
    closed: AtomicBool,
    /// Secret of the SNS confirmation.
    token: String,
}

impl Courier {
    /// No lanes yet.
    ///
    /// # Errors
    /// A sentence; only if the built-in keys are damaged.
    pub fn new(harness: Arc<Harness>) -> Result<Self, String> {
        Ok(Self {
            harness,
            keys: keys::Keys::load()?,
            sender: client::Sender::new(),
            lanes: Mutex::default(),
            log: log::DeliveryLog::default(),
        })
    }

    fn lanes(&self) -> Vec<Arc<Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops all deliveries and forgets lanes and log.
    pub fn clear(&self) {
        for lane in self.lanes.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            lane.closed.store(true, Ordering::SeqCst);
        }
        self.log.clear();
    }

    /// Hands the events to all lanes whose Subscription asks for them.
    pub fn publish(self: &Arc<Self>, project: &Project, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        for lane in self.lanes().into_iter().filter(|lane| lane.project == project.key) {
            let Some(subscription) = project.find_one(Kind::Subscription, "key", &lane.target.subscription)
            else {
                continue;
            };
            let options = &lane.target.options;
            for event in events {
                let format = options.format.as_deref();
                let found = notification::of_event(
                    &project.key,
                    &subscription,
                    event,
                    format,
                    options.payload_limit_bytes,
                );
                if let Some(notification) = found {
                    self.accept(&lane, notification);
                }
            }
        }
    }

    /// Takes a notification into a lane, perhaps twice.
    fn accept(self: &Arc<Self>, lane: &Arc<Lane>, notification: Notification) {
        let twice = {
            let mut dice = lane.dice.lock().unwrap_or_else(PoisonError::into_inner);
            dice.chance(lane.target.options.duplicates / 100.0)
        };
        for duplicate in [false, true].into_iter().take(1 + usize::from(twice)) {
            let now_ms = self.harness.clock.now_ms();
            let id = self.log.begin(&lane.target, &notification, duplicate, now_ms);
            if lane.target.kind == Service::EventGrid && lane.target.options.batch > 1 {
                self.collect(lane, id, notification.clone());
            } else {
                let wait = lane.shuffle_ms();
                tokio::spawn(Arc::clone(self).deliver(
                    Arc::clone(lane),
                    vec![(id, notification.clone())],
                    wait,
                ));
            }
        }
    }

    fn collect(self: &Arc<Self>, lane: &Arc<Lane>, id: u64, notification: Notification) {
        let mut batch = lane.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.push((id, notification));
        if batch.len() > 1 {
            return;
        }
        let (courier, lane) = (Arc::clone(self), Arc::clone(lane));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(BATCH_WINDOW_MS)).await;
            let all = std::mem::take(&mut *lane.batch.lock().unwrap_or_else(PoisonError::into_inner));
            for part in all.chunks(lane.target.options.batch.max(1)) {
                let wait = lane.shuffle_ms();
                tokio::spawn(Arc::clone(&courier).deliver(Arc::clone(&lane), part.to_vec(), wait));
            }
        });
    }

    /// Delivers until acknowledged, given up, or the lane is closed.
    async fn deliver(self: Arc<Self>, lane: Arc<Lane>, what: Vec<(u64, Notification)>, wait_ms: u64) {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        lane.until_open().await;
        let ids: Vec<u64> = what.iter().map(|(id, _)| *id).collect();
        let notifications: Vec<Notification> =
            what.into_iter().map(|(_, notification)| notification).collect();
        let message_id = new_uuid();
        let published_ms = self.harness.clock.now_ms();
        let build = |now_ms: i64| {
            let context = lane.context(&self.keys, &message_id, published_ms, now_ms);
            envelope::wrap(&context, &notifications)
        };
        self.attempts(&lane, &ids, published_ms, build).await;
    }

    /// The attempts of one delivery; true if it was acknowledged.
    async fn attempts(
        &self,
        lane: &Lane,
        ids: &[u64],
        since_ms: i64,
        build: impl Fn(i64) -> Option<Outgoing>,
    ) -> bool {
        let mut dice = Rng::seeded(ids.first().copied().unwrap_or(0) ^ lane.target.options.seed);
        for number in 1.. {
            if lane.closed.load(Ordering::SeqCst) {
                return false;
            }
            let Some(outgoing) = build(self.harness.clock.now_ms()) else {
                return false;
            };
            let attempt = self.attempt(lane, &outgoing).await;
            let now_ms = self.harness.clock.now_ms();
            let age_ms = u64::try_from(now_ms - since_ms).unwrap_or(0);
            let next = match lane.target.kind.next(&attempt, number, age_ms, &mut dice) {
                Next::RetryAfterMs(_) if !lane.target.options.retry => Next::GiveUp,
                next => next,
            };
            let state = match next {
                Next::Delivered => State::Delivered,
                Next::RetryAfterMs(_) => State::Pending,
                Next::GiveUp => State::Dropped,
            };
            let last = match &attempt {
                Attempt::Answered { status, .. } => status.to_string(),
                Attempt::Failed(reason) => reason.clone(),
            };
            for id in ids {
                self.log.attempt(*id, state, &last, now_ms);
            }
            match next {
                Next::Delivered => return true,
                Next::GiveUp => return false,
                Next::RetryAfterMs(wait_ms) => lane.wait(wait_ms, self.harness.clock.speed()).await,
            }
        }
        false
    }

    async fn attempt(&self, lane: &Lane, outgoing: &Outgoing) -> Attempt {
        let Ok(_slot) = lane.slots.acquire().await else {
            return Attempt::Failed("closed".to_owned());
        };
        let (attempt, headers) = self.sender.send(outgoing, lane.target.kind.timeout_ms()).await;
        if outgoing.method != "OPTIONS" {
            return attempt;
        }
        // The answer to the handshake must name the origin, or allow all.
        let allowed = headers.get("webhook-allowed-origin").and_then(|value| value.to_str().ok());
        match (attempt, allowed) {
            (Attempt::Answered { .. }, None) => Attempt::Failed("no WebHook-Allowed-Origin".to_owned()),
            (Attempt::Answered { .. }, Some(origin)) if origin != "*" && origin != "eventgrid.azure.net" => {
                Attempt::Failed(format!("WebHook-Allowed-Origin is {origin}"))
            }
            (attempt, _) => attempt,
        }
    }

    /// What must succeed before anything is delivered.
    async fn shake_hands(self: Arc<Self>, lane: Arc<Lane>) {
        let now_ms = self.harness.clock.now_ms();
        let handshake = Notification {
            body: serde_json::Value::Null,
            kind: "handshake".to_owned(),
            resource_id: String::new(),
            number: 0,
        };
        let message_id = new_uuid();
        let id = self.log.begin(&lane.target, &handshake, false, now_ms);
        let build = |at_ms: i64| {
            let context = lane.context(&self.keys, &message_id, now_ms, at_ms);
            Some(match lane.target.kind {
                Service::Sns => envelope::sns_confirmation(&context, &lane.token),
                _ => envelope::event_grid_handshake(&context),
            })
        };
        let answered = self.attempts(&lane, &[id], now_ms, build).await;
        // SNS opens when the address in the message is visited, not when it is acknowledged.
        if answered && lane.target.kind == Service::EventGrid {
            lane.open_up();
        }
    }

    /// Opens the lane that this token was sent to; its topic.
    fn confirm(&self, token: &str) -> Option<String> {
        let lane =
            self.lanes().into_iter().find(|lane| lane.target.kind == Service::Sns && lane.token == token)?;
        lane.open_up();
        Some(lane.topic_arn.clone())
    }

    /// Adds a lane, replacing one of the same Subscription and address, and announces it.
    fn open_lane(self: &Arc<Self>, lane: Lane, test: Notification) {
        let lane = Arc::new(lane);
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|old| {
            let same =
                old.target.subscription == lane.target.subscription && old.target.url == lane.target.url;
            old.closed.fetch_or(same, Ordering::SeqCst);
            !same
        });
        lanes.push(Arc::clone(&lane));
        drop(lanes);
        match lane.target.kind {
            Service::EventBridge | Service::PubSub => lane.open_up(),
            Service::Sns | Service::EventGrid => {
                tokio::spawn(Arc::clone(self).shake_hands(Arc::clone(&lane)));
            }
        }
        self.accept(&lane, test);
    }
}

impl Lane {
    fn new(target: Target, project: &Project, origin: String) -> Self {
        let subscription = project.find_one(Kind::Subscription, "key", &target.subscription);
        let known = subscription.as_ref().and_then(|known| text(&known["destination"], "topicArn"));
        let topic_arn = target.options.topic_arn.clone().or_else(|| known.map(str::to_owned));
        Self {
            project: project.key.clone(),
            topic_arn: topic_arn.unwrap_or_else(|| admin::DEFAULT_TOPIC.to_owned()),
            origin,
            slots: Semaphore::new(target.options.concurrency.max(1)),
            dice: Mutex::new(Rng::seeded(target.options.seed)),
            batch: Mutex::default(),
            open: AtomicBool::new(false),
            opened: Notify::new(),
            closed: AtomicBool::new(false),
            token: new_uuid(),
            target,
        }
    }

    fn context<'a>(
        &'a self,
        keys: &'a keys::Keys,
        id: &'a str,
        published_ms: i64,
        now_ms: i64,
    ) -> Context<'a> {
        Context {
            target: &self.target,
            keys,
            project: &self.project,
            topic_arn: &self.topic_arn,
            origin: &self.origin,
            id,
            published_ms,
            now_ms,
        }
    }

    fn shuffle_ms(&self) -> u64 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(self.target.options.shuffle_ms)
    }

    fn open_up(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.opened.notify_waiters();
    }

    async fn until_open(&self) {
        while !self.open.load(Ordering::SeqCst) && !self.closed.load(Ordering::SeqCst) {
            let _ =
                tokio::time::timeout(Duration::from_millis(CLOSED_CHECK_MS), self.opened.notified()).await;
        }
    }

    /// Sleeps a time of the service's, which may pass faster than ours.
    async fn wait(&self, service_ms: u64, clock_speed: f64) {
        let speed = (self.target.options.speed * clock_speed).max(f64::MIN_POSITIVE);
        let real = Duration::try_from_secs_f64(Duration::from_millis(service_ms).as_secs_f64() / speed);
        tokio::time::sleep(real.unwrap_or(Duration::from_millis(service_ms))).await;
    }
}
