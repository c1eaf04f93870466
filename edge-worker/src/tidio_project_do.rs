//! Durable Object `TidioProject`: one per Tidio project, the only writer of its contacts.
//!
//! Ordering invariant: a fact is in SQLite before its caller is answered, and the alarm is set in the same event,
//! so whatever is stored is worked on. No lock is needed: statements are synchronous, one alarm runs at a time,
//! and between two awaits the engine leaves the database in a state from which it can go on.
//!
//! What an object keeps in memory it can lose: the opened engine (a cache; dropped when the database fails) and the
//! time of its alarm ([`crate::object_alarm`]).
//!
//! In scope: the platform's events. Out of scope: every rule (`edge_core::engine`).

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use contract::FlatMap;
use edge_core::config::Name;
use edge_core::engine::admin::AdminRequest;
use edge_core::engine::panel::Panel;
use edge_core::engine::sql::SqlError;
use edge_core::engine::{Engine, Ports, Priority, Receipt, Settings};
use edge_core::engine::{messages, reader, schema};
use edge_core::fact::Fact;
use edge_core::json;
use js_sys::Promise;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use worker::Env;
use worker::web_sys::Request;
use worker::worker_sys::{DurableObjectState, DurableObjectStorage};

use crate::config_var;
use crate::log::{self, Level};
use crate::object_alarm::ObjectAlarm;
use crate::object_call;
use crate::object_request::{self, Answer, Question};
use crate::object_shop::ObjectShop;
use crate::sql::ObjectSql;
use crate::tidio_client::TidioClient;
use crate::{platform, promise, web};

/// Binding of the class in `wrangler.toml`.
pub const BINDING: &str = "TIDIO_PROJECT";

/// Binding of the Analytics Engine dataset, if a deployment has one.
const METRICS: &str = "METRICS";

/// Wait after a run that the database or the configuration stopped. The platform gives a failing alarm up after
/// six retries, so it is never allowed to fail.
const RETRY_MS: u64 = 30_000;

/// Name of the Tidio project in table `state`: an alarm is not told the object's name.
const PROJECT: &str = "project";

/// What travels to the object.
#[derive(Serialize, Deserialize)]
struct Submission<'a> {
    tidio: String,
    priority: Priority,
    facts: Cow<'a, [Fact]>,
}

/// Asks for a look at the shops, or at the panel.
#[derive(Serialize, Deserialize)]
struct SyncOrder {
    tidio: String,
}

/// What was no fact, and is only counted.
#[derive(Serialize, Deserialize)]
struct CountOrder {
    tidio: String,
    counts: FlatMap<String, u64>,
}

/// A question or an order of operations.
#[derive(Serialize, Deserialize)]
struct AdminOrder {
    tidio: String,
    request: AdminRequest,
}

/// Hands facts to the object of a Tidio project. `Ok` means that they are kept. Repeatable.
///
/// # Errors
/// A stable word for the log; the facts may or may not be kept, and may be sent again.
pub async fn submit(
    env: &Env,
    tidio: &Name,
    priority: Priority,
    facts: &[Fact],
) -> Result<Receipt, &'static str> {
    let submission = Submission { tidio: tidio.to_string(), priority, facts: facts.into() };
    read(&call(env, tidio, "/facts", &submission).await?)
}

/// Adds to the counters of a Tidio project's object. Not exact: repeating counts again.
///
/// # Errors
/// A stable word for the log.
pub async fn count(env: &Env, tidio: &Name, counts: &FlatMap<String, u64>) -> Result<(), &'static str> {
    let order = CountOrder { tidio: tidio.to_string(), counts: counts.clone() };
    call(env, tidio, "/count", &order).await.map(|_done| ())
}

/// Asks the object of a Tidio project to look for changed orders. Repeatable.
///
/// # Errors
/// A stable word for the log.
pub async fn sync(env: &Env, tidio: &Name) -> Result<(), &'static str> {
    let order = SyncOrder { tidio: tidio.to_string() };
    call(env, tidio, "/sync", &order).await.map(|_done| ())
}

/// Asks or orders on behalf of operations.
///
/// # Errors
/// A stable word for the log.
pub async fn admin(env: &Env, tidio: &Name, request: &AdminRequest) -> Result<Value, &'static str> {
    let order = AdminOrder { tidio: tidio.to_string(), request: request.clone() };
    read(&call(env, tidio, "/admin", &order).await?)
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, &'static str> {
    json::read(answer).map_err(|_detail| "object_unreadable")
}

/// What the Tidio panel defines. Repeatable.
///
/// # Errors
/// A stable word for the log.
pub async fn panel(env: &Env, tidio: &Name) -> Result<Panel, &'static str> {
    let order = SyncOrder { tidio: tidio.to_string() };
    read(&call(env, tidio, "/panel", &order).await?)
}

async fn call<T: Serialize>(env: &Env, tidio: &Name, path: &str, body: &T) -> Result<Vec<u8>, &'static str> {
    object_call::ask(env, BINDING, tidio.as_str(), path, body).await
}

/// The object, as the platform sees it.
#[wasm_bindgen]
pub struct TidioProject(Rc<Project>);

#[wasm_bindgen]
impl TidioProject {
    /// A life of the object begins.
    #[wasm_bindgen(constructor)]
    pub fn new(state: &DurableObjectState, env: Env) -> Result<TidioProject, JsValue> {
        let storage = Rc::new(state.storage()?);
        let alarm = ObjectAlarm::new(Rc::clone(&storage));
        Ok(TidioProject(Rc::new(Project { storage, env, open: RefCell::default(), alarm })))
    }

    /// A promise of an answer.
    pub fn fetch(&self, request: Request) -> Promise {
        let project = Rc::clone(&self.0);
        object_request::answered(request, async move |question| project.answer(&question).await)
    }

    /// A promise that the alarm's work is done and the next alarm is set.
    pub fn alarm(&self) -> Promise {
        let project = Rc::clone(&self.0);
        promise::done(async move { project.wake().await })
    }
}

/// The object.
struct Project {
    storage: Rc<DurableObjectStorage>,
    env: Env,
    /// The engine under the name for which it was opened: its schema is up to date and the name is noted.
    open: RefCell<Option<(String, Rc<Engine<ObjectPorts>>)>>,
    alarm: ObjectAlarm,
}

impl Project {
    async fn answer(&self, question: &Question) -> Result<Answer, Answer> {
        match question.path.as_str() {
            "/facts" => self.keep(question.read()?).await,
            "/count" => self.count(&question.read()?),
            "/sync" => self.follow(&question.read()?).await,
            "/admin" => self.operate(&question.read()?).await,
            "/panel" => self.panel(&question.read()?).await,
            _ => Err(Answer::refusal(404, "no such path")),
        }
    }

    async fn wake(&self) -> Result<(), &'static str> {
        self.alarm.went_off();
        let next = match self.run().await {
            Ok(next) => next,
            Err(code) => {
                log::write(Level::Error, "A run of a Tidio project stopped.", &[("code", &&code)]);
                Some(platform::now_ms() + RETRY_MS)
            }
        };
        self.alarm.has_run();
        match next {
            Some(at_ms) => self.alarm.wake_at(at_ms).await,
            None => Ok(()),
        }
    }

    /// 1. Stores the facts in one block; known ones are dropped, so it may happen twice.
    /// 2. Sets the alarm. If that fails the caller is told so and sends again.
    async fn keep(&self, submission: Submission<'_>) -> Result<Answer, Answer> {
        let stored = self
            .with_engine(&submission.tidio, |engine| engine.submit(&submission.facts, submission.priority));
        let receipt = stored.inspect_err(|code| {
            log::write(Level::Error, "Facts could not be kept.", &[("code", &code)]);
        })?;
        match submission.priority {
            Priority::Interactive => self.alarm.wake_at(platform::now_ms()).await?,
            Priority::Event | Priority::Backfill => self.alarm.wake_soon().await?,
        }
        Ok(Answer::json(&receipt))
    }

    fn count(&self, order: &CountOrder) -> Result<Answer, Answer> {
        self.with_engine(&order.tidio, |engine| engine.count(&order.counts))?;
        Ok(Answer::done())
    }

    /// As `keep`: opens the windows, sets the alarm.
    async fn follow(&self, order: &SyncOrder) -> Result<Answer, Answer> {
        self.with_engine(&order.tidio, |engine| {
            let loaded = config_var::load(&self.env);
            let projects = loaded.as_ref().as_ref().map(|config| reader::projects_of(config, &order.tidio));
            engine.tidy()?;
            self.measure(&order.tidio, engine)?;
            let projects = projects.unwrap_or_default();
            engine.begin_sync(&projects)?;
            let polled = loaded.as_ref().as_ref().map(|config| messages::polled(config, &projects));
            engine.begin_messages(&polled.unwrap_or_default())
        })?;
        self.alarm.wake_at(platform::now_ms()).await?;
        Ok(Answer::done())
    }

    /// Writes the figures to Analytics Engine, where it is bound: one data point each, the Tidio project as index.
    fn measure(&self, tidio: &str, engine: &Engine<ObjectPorts>) -> Result<(), SqlError> {
        if !config_var::is_bound(&self.env, METRICS) {
            return Ok(());
        }
        for figure in engine.figures()? {
            let about = figure.label.map(|(_, value)| value).unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "counts and milliseconds are far below 2^53")]
            let value = figure.value as f64;
            // A figure that is lost is measured again at the next tick.
            web::measure(&self.env, METRICS, tidio, figure.name, &about, value);
        }
        Ok(())
    }

    /// As `keep`: a replay or a backfill may have made something due.
    async fn operate(&self, order: &AdminOrder) -> Result<Answer, Answer> {
        let answer = self.with_engine(&order.tidio, |engine| engine.admin(&order.request))?;
        self.alarm.wake_at(platform::now_ms()).await?;
        Ok(Answer::json(&answer))
    }

    async fn panel(&self, order: &SyncOrder) -> Result<Answer, Answer> {
        let defined = self.engine(&order.tidio)?.panel().await;
        Ok(Answer::json(&defined.map_err(|error| self.unusable(&error))?))
    }

    fn with_engine<T>(
        &self,
        name: &str,
        work: impl FnOnce(&Engine<ObjectPorts>) -> Result<T, SqlError>,
    ) -> Result<T, &'static str> {
        work(self.engine(name)?.as_ref()).map_err(|error| self.unusable(&error))
    }

    async fn run(&self) -> Result<Option<u64>, &'static str> {
        let opened = self.open.borrow().as_ref().map(|(name, _)| name.clone());
        let name = match opened {
            Some(name) => name,
            None => self.noted_name().map_err(|error| self.unusable(&error))?,
        };
        self.engine(&name)?.run().await.map_err(|error| self.unusable(&error))
    }

    /// The name that was noted when the engine was opened for the first time.
    fn noted_name(&self) -> Result<String, SqlError> {
        let sql = ObjectSql::new(Rc::clone(&self.storage));
        schema::migrate(&sql)?;
        schema::load(&sql, PROJECT)
    }

    /// The engine, opened and the object's name noted for the alarm once in a life of the object.
    fn engine(&self, name: &str) -> Result<Rc<Engine<ObjectPorts>>, &'static str> {
        if let Some((_, engine)) = self.open.borrow().as_ref().filter(|(known, _)| known == name) {
            return Ok(Rc::clone(engine));
        }
        let engine = Rc::new(self.opened(name)?);
        note_name(engine.ports().sql(), name).map_err(|error| self.unusable(&error))?;
        self.open.replace(Some((name.to_owned(), Rc::clone(&engine))));
        Ok(engine)
    }

    fn opened(&self, name: &str) -> Result<Engine<ObjectPorts>, &'static str> {
        let loaded = config_var::load(&self.env);
        let Ok(config) = loaded.as_ref() else { return Err("config_invalid") };
        let project = config.tidio.get(name).ok_or("tidio_project_unknown")?;
        let tidio = TidioClient::new(project).ok_or("tidio_tier_widget")?;
        let shop = ObjectShop::new(self.env.clone(), loaded.clone(), name);
        let ports = ObjectPorts { sql: ObjectSql::new(Rc::clone(&self.storage)), tidio, shop };
        let settings = Settings { widget_grace_ms: project.widget_grace_ms, ..Settings::default() };
        Engine::open(ports, settings).map_err(|error| self.unusable(&error))
    }

    /// The database failed: what was opened on it counts for nothing.
    fn unusable(&self, error: &SqlError) -> &'static str {
        self.open.replace(None);
        web::say("error", &error.to_string());
        "storage_failed"
    }
}

fn note_name(sql: &ObjectSql, name: &str) -> Result<(), SqlError> {
    let known: String = schema::load(sql, PROJECT)?;
    if known == name { Ok(()) } else { schema::store(sql, PROJECT, &name) }
}

struct ObjectPorts {
    sql: ObjectSql,
    tidio: TidioClient,
    shop: ObjectShop,
}

impl Ports for ObjectPorts {
    type Sql = ObjectSql;
    type Tidio = TidioClient;
    type Shop = ObjectShop;

    fn sql(&self) -> &ObjectSql {
        &self.sql
    }

    fn tidio(&self) -> &TidioClient {
        &self.tidio
    }

    fn shop(&self) -> &ObjectShop {
        &self.shop
    }

    fn now_ms(&self) -> u64 {
        platform::now_ms()
    }

    fn random(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = platform::random_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
