//! What is missing or mistyped in a deployment, each with the fix: the answer of `GET /admin/doctor`.
//!
//! In scope: comparing the configuration with what the vendors have. Out of scope: asking the vendors, and who may
//! read the answer: it names origins, departments and secrets (never their values), so it is for operations only.

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::config::{AccessTokens, CommerceProject, Config, Mistake, Name, Problem, SecretNeed, Store};
use crate::engine::panel::Panel;
use crate::property::{Property, panel_problems};
use crate::route::department_problems;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Needed, and not there.
    Missing,
    /// There, and of the wrong form, type or value.
    Mistyped,
    /// It names something that the other side does not have.
    Unknown,
    /// The vendor cannot be asked, so nothing can be said.
    Unreachable,
}

impl From<Mistake> for Status {
    fn from(mistake: Mistake) -> Self {
        match mistake {
            Mistake::Missing => Status::Missing,
            Mistake::Mistyped => Status::Mistyped,
            Mistake::Unknown => Status::Unknown,
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `configuration`, `secrets`, `origins`, `vendors`, `scopes`, `properties` or `departments`.
    pub area: &'static str,
    /// What was looked at, for example `tidio.eu.panel.ct_cart_link`.
    pub subject: String,
    /// How it ended.
    pub status: Status,
    /// What was found, one sentence.
    pub detail: String,
    /// What to do about it; empty when there is nothing to do.
    pub fix: String,
}

/// A secret as far as anybody may know: its need and its length.
#[derive(Clone, Debug)]
pub struct SecretSeen {
    /// What it is for.
    pub need: SecretNeed,
    /// Length in bytes; 0 is not set.
    pub bytes: usize,
}

/// What a commercetools project answered.
#[derive(Clone, Debug)]
pub struct CommerceSeen {
    /// The user's name for it.
    pub name: Name,
    /// Code of the error when our usual token was asked for; `None` if it was granted.
    pub error: Option<&'static str>,
    /// All scopes that the API client has, or `None` if they could not be asked.
    pub scopes: Option<String>,
}

/// What a Tidio project of tier `full` answered.
#[derive(Clone, Debug)]
pub struct TidioSeen {
    /// The user's name for it.
    pub name: Name,
    /// Its panel.
    pub panel: Panel,
}

/// What was found out from outside.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// commercetools projects.
    pub commercetools: Vec<CommerceSeen>,
    /// Tidio projects of tier `full`.
    pub tidio: Vec<TidioSeen>,
}

/// Everything that was looked at: the configuration, then one vendor's project after the other.
pub fn examine(config: Result<&Config, &[Problem]>, secrets: &[SecretSeen], seen: &Seen) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    match config {
        Ok(_) => checks.push(ok("configuration", "BRIDGE".to_owned(), "is complete.".to_owned())),
        Err(problems) => {
            let own = problems.iter().filter(|problem| !problem.path.starts_with("secrets."));
            let fix = "Correct it in wrangler.toml as docs/configuration.md describes it, and deploy again.";
            checks.extend(own.map(|problem| failed("configuration", problem, fix.to_owned())));
        }
    }
    checks.extend(secrets.iter().map(secret));
    let Ok(config) = config else { return checks };
    for store in config.stores.values() {
        checks.extend(origins(config, store));
    }
    for found in &seen.commercetools {
        if let Some(project) = config.commercetools.get(&found.name) {
            commerce(project, found, &mut checks);
        }
    }
    for (name, project) in &config.tidio {
        match seen.tidio.iter().find(|found| found.name == *name) {
            Some(found) => tidio(config, name, &found.panel, &mut checks),
            None if project.openapi.is_none() => {
                let detail = "tier widget: Tidio offers nothing to ask; compare its panel with docs/contact-properties.md.";
                checks.push(ok("vendors", format!("tidio.{name}"), detail.to_owned()));
            }
            None => {}
        }
    }
    checks
}

fn ok(area: &'static str, subject: String, detail: String) -> Check {
    Check { area, subject, status: Status::Ok, detail, fix: String::new() }
}

fn failed(area: &'static str, problem: &Problem, fix: String) -> Check {
    let (subject, detail) = (problem.path.clone(), problem.message.clone());
    Check { area, subject, status: problem.code.into(), detail, fix }
}

fn secret(seen: &SecretSeen) -> Check {
    let SecretNeed { name, purpose, min_bytes, required, several: _ } = &seen.need;
    let subject = format!("secrets.{name}");
    let (status, state) = match seen.bytes {
        0 if *required => (Status::Missing, "is not set"),
        0 => return ok("secrets", subject, format!("is not set, and need not be ({purpose}).")),
        bytes if bytes < *min_bytes => (Status::Mistyped, "is too short"),
        _ => return ok("secrets", subject, format!("is set ({purpose}).")),
    };
    let fix = format!("npx wrangler secret put {name} --env <environment>; at least {min_bytes} bytes.");
    Check { area: "secrets", subject, status, detail: format!("{state} ({purpose})."), fix }
}

/// The form of origins has been checked with the configuration; here it is about sense.
fn origins(config: &Config, store: &Store) -> Vec<Check> {
    let is_public = !is_local(&config.audience);
    let check = |(index, origin): (usize, &crate::config::Origin)| {
        let subject = format!("stores.{}.origins[{index}]", store.key);
        if is_public && is_local(origin.as_str()) {
            return Check {
                area: "origins",
                subject,
                status: Status::Mistyped,
                detail: format!("{origin} lets any program on a shopper's machine call for this store."),
                fix: "Take it out of the environment that serves shoppers.".to_owned(),
            };
        }
        ok("origins", subject, format!("{origin} may call for this store."))
    };
    store.origins.iter().enumerate().map(check).collect()
}

fn is_local(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
}

/// The scopes that the edge asks for; of introspection it needs the right itself, not in its token.
fn needed_scopes(project: &CommerceProject) -> Vec<&'static str> {
    let mut scopes: Vec<&str> = project.scopes().collect();
    if project.access_tokens == AccessTokens::Introspection {
        scopes.push("introspect_oauth_tokens");
    }
    scopes
}

fn commerce(project: &CommerceProject, seen: &CommerceSeen, checks: &mut Vec<Check>) {
    let subject = format!("commercetools.{}", project.name);
    let part = crate::config::secret_part(&project.name);
    checks.push(match seen.error {
        None => ok("vendors", subject.clone(), "grants an access token.".to_owned()),
        Some("commerce_rejected") => Check {
            area: "vendors",
            subject: subject.clone(),
            status: Status::Mistyped,
            detail: "refuses the credentials or the scopes of the API client.".to_owned(),
            fix: format!(
                "Set CT_{part}_CLIENT_ID and CT_{part}_CLIENT_SECRET to an API client of the project {}, region {}, with the scopes listed under \"scopes\".",
                project.project_key, project.region
            ),
        },
        Some(code) => Check {
            area: "vendors",
            subject: subject.clone(),
            status: Status::Unreachable,
            detail: format!("gives no access token ({code})."),
            fix: "Try again; if it lasts, look at commercetools' status page and at `region`.".to_owned(),
        },
    });
    let Some(scopes) = &seen.scopes else { return };
    checks.extend(needed_scopes(project).into_iter().map(|name| scope(project, &subject, name, scopes)));
}

fn scope(project: &CommerceProject, subject: &str, name: &str, granted: &str) -> Check {
    let has = |name: &str| {
        granted.split(' ').any(|scope| scope.split_once(':') == Some((name, project.project_key.as_str())))
    };
    let wanted = format!("{name}:{}", project.project_key);
    let subject = format!("{subject}.{name}");
    // `view_…` is part of `manage_…`, and almost everything of `manage_project`.
    let wider =
        name.strip_prefix("view_").map(|what| [format!("manage_{what}"), "manage_project".to_owned()]);
    if has(name) {
        return ok("scopes", subject, format!("{wanted} is granted."));
    }
    if let Some(wider) = wider.iter().flatten().find(|wider| has(wider)) {
        return ok("scopes", subject, format!("is covered by {wider}, which is more than the edge needs."));
    }
    Check {
        area: "scopes",
        subject,
        status: Status::Missing,
        detail: format!("the API client lacks {wanted}."),
        fix: "Scopes of an API client cannot be changed: make one with all scopes listed here, and set its id and secret.".to_owned(),
    }
}

fn tidio(config: &Config, name: &Name, panel: &Panel, checks: &mut Vec<Check>) {
    let subject = format!("tidio.{name}");
    if let Some(cause) = &panel.cause {
        let is_refused = cause == "unauthorised";
        let part = crate::config::secret_part(name);
        let refused = format!(
            "Set TIDIO_{part}_CLIENT_ID and TIDIO_{part}_CLIENT_SECRET to the keys under Developer, OpenAPI; the plan must be Plus or Premium."
        );
        checks.push(Check {
            area: "vendors",
            subject: subject.clone(),
            status: if is_refused { Status::Mistyped } else { Status::Unreachable },
            detail: format!("does not answer the contact interface ({cause})."),
            fix: if is_refused {
                refused
            } else {
                "Try again in a minute; if it lasts, look at Tidio's status page.".to_owned()
            },
        });
    } else {
        checks.push(ok("vendors", subject.clone(), "answers the contact interface.".to_owned()));
    }
    if let Some(defined) = &panel.properties {
        let problems = panel_problems(config, name, defined);
        let count = defined.keys().filter(|name| Property::from_name(name).is_some()).count();
        let fix = "See docs/contact-properties.md; until then the others are written without it.";
        checks.push(ok(
            "properties",
            format!("{subject}.panel"),
            format!("defines {count} of our properties."),
        ));
        checks.extend(problems.iter().map(|problem| failed("properties", problem, fix.to_owned())));
    }
    if let Some(departments) = &panel.departments {
        let names = departments.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        let problems = department_problems(config, name, departments);
        let fix = format!("Write it as Tidio does ({names}), or make it there under Settings, Departments.");
        checks.push(ok(
            "departments",
            format!("{subject}.departments"),
            format!("has {}.", departments.len()),
        ));
        checks.extend(problems.iter().map(|problem| failed("departments", problem, fix.clone())));
    }
}
