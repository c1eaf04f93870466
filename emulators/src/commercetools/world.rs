//! Everything the emulator remembers: projects, clients, tokens.

use super::error::{ApiError, Outcome};
use super::oauth::Authority;
use super::project::Project;
use std::collections::HashMap;

/// All state, behind one lock.
#[derive(Default)]
pub struct World {
    pub projects: HashMap<String, Project>,
    pub authority: Authority,
}

impl World {
    /// The project with this key.
    ///
    /// # Errors
    /// 404.
    pub fn project(&self, key: &str) -> Outcome<&Project> {
        self.projects.get(key).ok_or_else(|| unknown(key))
    }

    /// The project with this key, to change it.
    ///
    /// # Errors
    /// 404.
    pub fn project_mut(&mut self, key: &str) -> Outcome<&mut Project> {
        self.projects.get_mut(key).ok_or_else(|| unknown(key))
    }
}

fn unknown(key: &str) -> ApiError {
    ApiError::not_found(format_args!("key '{key}' (project)"))
}
