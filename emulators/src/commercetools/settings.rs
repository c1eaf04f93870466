//! The project itself: `GET /{projectKey}` and its update actions.

use super::call::{Call, Reply, needed, unknown_action};
use super::error::{ApiError, Outcome};
use super::project::{Project, version_of};
use serde_json::{Value, json};

/// Days that messages may be kept.
const RETENTION_DAYS: std::ops::RangeInclusive<i64> = 1..=90;

/// True if the Messages API answers with anything.
pub fn messages_enabled(project: &Project) -> bool {
    project.settings["messages"]["enabled"] == json!(true)
}

/// Answers `/{projectKey}`.
///
/// # Errors
/// 400, 403, 409.
pub fn handle(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    match call.method {
        "GET" => {
            call.require(&["view_project_settings", "manage_project_settings", "manage_project"])?;
            Ok(Reply::ok(project.settings.clone()))
        }
        "POST" => {
            call.require(&["manage_project_settings", "manage_project"])?;
            let mut settings = project.settings.clone();
            settings["id"] = json!(project.key);
            let actions = call.actions(&settings)?;
            for action in actions {
                apply(&mut settings, action)?;
            }
            if let Some(members) = settings.as_object_mut() {
                members.remove("id");
            }
            if settings != project.settings {
                settings["version"] = json!(version_of(&settings) + 1);
            }
            project.settings = settings;
            Ok(Reply::ok(project.settings.clone()))
        }
        _ => Err(super::routes::no_such_path()),
    }
}

fn apply(settings: &mut Value, action: &Value) -> Outcome<()> {
    match action["action"].as_str().unwrap_or_default() {
        "changeMessagesConfiguration" => {
            let wanted = needed(action, "messagesConfiguration")?;
            let days = needed(wanted, "deleteDaysAfterCreation")?.as_i64().unwrap_or(0);
            if !RETENTION_DAYS.contains(&days) {
                return Err(ApiError::invalid_field("deleteDaysAfterCreation", json!(days), &[]));
            }
            settings["messages"] = wanted.clone();
        }
        "changeMessagesEnabled" => {
            settings["messages"]["enabled"] = needed(action, "messagesEnabled")?.clone();
        }
        "setExternalOAuth" => settings["externalOAuth"] = action["externalOAuth"].clone(),
        "changeName" => settings["name"] = needed(action, "name")?.clone(),
        "changeCurrencies" => settings["currencies"] = needed(action, "currencies")?.clone(),
        "changeCountries" => settings["countries"] = needed(action, "countries")?.clone(),
        "changeLanguages" => settings["languages"] = needed(action, "languages")?.clone(),
        _ => return Err(unknown_action(action)),
    }
    Ok(())
}
