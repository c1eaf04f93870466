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
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use worker::{
    AnalyticsEngineDataPointBuilder, DurableObject, Env, Method, Request, Response, Result, State,
    durable_object,
};

use crate::config_var;
use crate::log::{self, Level};
use crate::object_alarm::ObjectAlarm;
use crate::object_call;
use crate::object_shop::ObjectShop;
use crate::platform;
use crate::sql::ObjectSql;
use crate::tidio_client::TidioClient;

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
) -> std::result::Result<Receipt, &'static str> {
    let submission = Submission { tidio: tidio.to_string(), priority, facts: facts.into() };
    read(&call(env, tidio, "/facts", &submission).await?)
}

/// Adds to the counters of a Tidio project's object. Not exact: repeating counts again.
///
/// # Errors
/// A stable word for the log.
pub async fn count(
    env: &Env,
    tidio: &Name,
    counts: &FlatMap<String, u64>,
) -> std::result::Result<(), &'static str> {
    let order = CountOrder { tidio: tidio.to_string(), counts: counts.clone() };
    call(env, tidio, "/count", &order).await.map(|_done| ())
}

/// Asks the object of a Tidio project to look for changed orders. Repeatable.
///
/// # Errors
/// A stable word for the log.
pub async fn sync(env: &Env, tidio: &Name) -> std::result::Result<(), &'static str> {
    let order = SyncOrder { tidio: tidio.to_string() };
    call(env, tidio, "/sync", &order).await.map(|_done| ())
}

/// Asks or orders on behalf of operations.
///
/// # Errors
/// A stable word for the log.
pub async fn admin(
    env: &Env,
    tidio: &Name,
    request: &AdminRequest,
) -> std::result::Result<Value, &'static str> {
    let order = AdminOrder { tidio: tidio.to_string(), request: request.clone() };
    read(&call(env, tidio, "/admin", &order).await?)
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> std::result::Result<T, &'static str> {
    json::read(answer).map_err(|_detail| "object_unreadable")
}

/// What the Tidio panel defines. Repeatable.
///
/// # Errors
/// A stable word for the log.
pub async fn panel(env: &Env, tidio: &Name) -> std::result::Result<Panel, &'static str> {
    let order = SyncOrder { tidio: tidio.to_string() };
    read(&call(env, tidio, "/panel", &order).await?)
}

async fn call<T: Serialize>(
    env: &Env,
    tidio: &Name,
    path: &str,
    body: &T,
) -> std::result::Result<Vec<u8>, &'static str> {
    object_call::ask(env, BINDING, tidio.as_str(), path, body).await
}

/// The object.
#[durable_object(alarm)]
pub struct TidioProject {
    state: State,
    env: Env,
    /// The engine under the name for which it was opened: its schema is up to date and the name is noted.
    open: RefCell<Option<(String, Rc<Engine<ObjectPorts>>)>>,
    alarm: ObjectAlarm,
}

impl DurableObject for TidioProject {
    fn new(state: State, env: Env) -> Self {
        let alarm = ObjectAlarm::new(state.storage());
        TidioProject { state, env, open: RefCell::default(), alarm }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match (request.method(), request.path().as_str()) {
            (Method::Post, "/facts") => match json::read::<Submission<'static>>(&request.bytes().await?) {
                Ok(submission) => self.keep(submission).await,
                Err(_) => Response::error("unreadable", 400),
            },
            (Method::Post, "/count") => match json::read::<CountOrder>(&request.bytes().await?) {
                Ok(order) => self.count(&order),
                Err(_) => Response::error("unreadable", 400),
            },
            (Method::Post, "/sync") => match json::read::<SyncOrder>(&request.bytes().await?) {
                Ok(order) => self.follow(&order).await,
                Err(_) => Response::error("unreadable", 400),
            },
            (Method::Post, "/admin") => match json::read::<AdminOrder>(&request.bytes().await?) {
                Ok(order) => self.operate(&order).await,
                Err(_) => Response::error("unreadable", 400),
            },
            (Method::Post, "/panel") => match json::read::<SyncOrder>(&request.bytes().await?) {
                Ok(order) => match self.panel(&order.tidio).await {
                    Ok(defined) => Response::from_json(&defined),
                    Err(code) => Response::error(code, 503),
                },
                Err(_) => Response::error("unreadable", 400),
            },
            _ => Response::error("no such path", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.alarm.went_off();
        let next = match self.run().await {
            Ok(next) => next,
            Err(code) => {
                log::write(Level::Error, "A run of a Tidio project stopped.", &[("code", &&code)]);
                Some(platform::now_ms() + RETRY_MS)
            }
        };
        self.alarm.has_run();
        if let Some(at_ms) = next {
            self.alarm.wake_at(at_ms).await?;
        }
        Response::ok("")
    }
}

impl TidioProject {
    /// 1. Stores the facts in one block; known ones are dropped, so it may happen twice.
    /// 2. Sets the alarm. If that fails the caller is told so and sends again.
    async fn keep(&self, submission: Submission<'_>) -> Result<Response> {
        let stored = self
            .with_engine(&submission.tidio, |engine| engine.submit(&submission.facts, submission.priority));
        match stored {
            Ok(receipt) => {
                match submission.priority {
                    Priority::Interactive => self.alarm.wake_at(platform::now_ms()).await?,
                    Priority::Event | Priority::Backfill => self.alarm.wake_soon().await?,
                }
                Response::from_json(&receipt)
            }
            Err(code) => {
                log::write(Level::Error, "Facts could not be kept.", &[("code", &&code)]);
                Response::error(code, 503)
            }
        }
    }

    fn count(&self, order: &CountOrder) -> Result<Response> {
        match self.with_engine(&order.tidio, |engine| engine.count(&order.counts)) {
            Ok(()) => Response::ok(""),
            Err(code) => Response::error(code, 503),
        }
    }

    /// As `keep`: opens the windows, sets the alarm.
    async fn follow(&self, order: &SyncOrder) -> Result<Response> {
        let begun = self.with_engine(&order.tidio, |engine| {
            let loaded = config_var::load(&self.env);
            let projects = loaded.as_ref().as_ref().map(|config| reader::projects_of(config, &order.tidio));
            engine.tidy()?;
            self.measure(&order.tidio, engine)?;
            let projects = projects.unwrap_or_default();
            engine.begin_sync(&projects)?;
            let polled = loaded.as_ref().as_ref().map(|config| messages::polled(config, &projects));
            engine.begin_messages(&polled.unwrap_or_default())
        });
        match begun {
            Ok(()) => {
                self.alarm.wake_at(platform::now_ms()).await?;
                Response::ok("")
            }
            Err(code) => Response::error(code, 503),
        }
    }

    /// Writes the figures to Analytics Engine, where it is bound: one data point each, the Tidio project as index.
    fn measure(&self, tidio: &str, engine: &Engine<ObjectPorts>) -> std::result::Result<(), SqlError> {
        let Ok(dataset) = self.env.analytics_engine(METRICS) else { return Ok(()) };
        for figure in engine.figures()? {
            let about = figure.label.map(|(_, value)| value).unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "counts and milliseconds are far below 2^53")]
            let point = AnalyticsEngineDataPointBuilder::new()
                .indexes([tidio])
                .blobs([figure.name, about.as_str()])
                .doubles([figure.value as f64])
                .build();
            // A figure that is lost is measured again at the next tick.
            let _ = dataset.write_data_point(&point);
        }
        Ok(())
    }

    /// As `keep`: a replay or a backfill may have made something due.
    async fn operate(&self, order: &AdminOrder) -> Result<Response> {
        match self.with_engine(&order.tidio, |engine| engine.admin(&order.request)) {
            Ok(answer) => {
                self.alarm.wake_at(platform::now_ms()).await?;
                Response::from_json(&answer)
            }
            Err(code) => Response::error(code, 503),
        }
    }

    async fn panel(&self, name: &str) -> std::result::Result<Panel, &'static str> {
        self.engine(name)?.panel().await.map_err(|error| self.unusable(&error))
    }

    fn with_engine<T>(
        &self,
        name: &str,
        work: impl FnOnce(&Engine<ObjectPorts>) -> std::result::Result<T, SqlError>,
    ) -> std::result::Result<T, &'static str> {
        work(self.engine(name)?.as_ref()).map_err(|error| self.unusable(&error))
    }

    async fn run(&self) -> std::result::Result<Option<u64>, &'static str> {
        let opened = self.open.borrow().as_ref().map(|(name, _)| name.clone());
        let name = match opened {
            Some(name) => name,
            None => self.noted_name().map_err(|error| self.unusable(&error))?,
        };
        self.engine(&name)?.run().await.map_err(|error| self.unusable(&error))
    }

    /// The name that was noted when the engine was opened for the first time.
    fn noted_name(&self) -> std::result::Result<String, SqlError> {
        let sql = ObjectSql::new(self.state.storage());
        schema::migrate(&sql)?;
        schema::load(&sql, PROJECT)
    }

    /// The engine, opened and the object's name noted for the alarm once in a life of the object.
    fn engine(&self, name: &str) -> std::result::Result<Rc<Engine<ObjectPorts>>, &'static str> {
        if let Some((_, engine)) = self.open.borrow().as_ref().filter(|(known, _)| known == name) {
            return Ok(Rc::clone(engine));
        }
        let engine = Rc::new(self.opened(name)?);
        note_name(engine.ports().sql(), name).map_err(|error| self.unusable(&error))?;
        self.open.replace(Some((name.to_owned(), Rc::clone(&engine))));
        Ok(engine)
    }

    fn opened(&self, name: &str) -> std::result::Result<Engine<ObjectPorts>, &'static str> {
        let loaded = config_var::load(&self.env);
        let Ok(config) = loaded.as_ref() else { return Err("config_invalid") };
        let project = config.tidio.get(name).ok_or("tidio_project_unknown")?;
        let tidio = TidioClient::new(project).ok_or("tidio_tier_widget")?;
        let shop = ObjectShop::new(self.env.clone(), loaded.clone(), name);
        let ports = ObjectPorts { sql: ObjectSql::new(self.state.storage()), tidio, shop };
        let settings = Settings { widget_grace_ms: project.widget_grace_ms, ..Settings::default() };
        Engine::open(ports, settings).map_err(|error| self.unusable(&error))
    }

    /// The database failed: what was opened on it counts for nothing.
    fn unusable(&self, error: &SqlError) -> &'static str {
        self.open.replace(None);
        worker::console_error!("{error}");
        "storage_failed"
    }
}

fn note_name(sql: &ObjectSql, name: &str) -> std::result::Result<(), SqlError> {
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
