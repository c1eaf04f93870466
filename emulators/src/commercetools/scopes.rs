//! Scopes: what a token may do, and what an API client may ask for.

use super::error::{ApiError, Outcome};

/// Scopes that `manage_project` does not include.
const SEPARATE: [&str; 3] = ["create_anonymous_token", "introspect_oauth_tokens", "manage_api_clients"];

/// A granted set, as written in the `scope` member of a token.
#[derive(Clone, Debug, Default)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Splits at spaces.
    pub fn read(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// As a token response shows it.
    pub fn text(&self) -> String {
        self.0.join(" ")
    }

    /// The same set with one more entry, such as `customer_id:…`.
    pub fn plus(mut self, entry: String) -> Self {
        self.0.push(entry);
        self
    }

    fn has(&self, name: &str, project: &str) -> bool {
        self.0.iter().any(|scope| scope.split_once(':') == Some((name, project)))
    }

    fn has_in_store(&self, name: &str, project: &str, store: &str) -> bool {
        let wanted = format!("{project}:{store}");
        self.0.iter().any(|scope| scope.split_once(':') == Some((name, wanted.as_str())))
    }

    /// True if the project appears in any scope.
    pub fn mention(&self, project: &str) -> bool {
        self.0.iter().any(|scope| scope.split(':').nth(1) == Some(project))
    }

    /// True if one of the scopes is granted, for the project or for the store the call is limited to.
    pub fn allow(&self, any_of: &[&str], project: &str, store: Option<&str>) -> bool {
        let whole = self.has("manage_project", project) && any_of.iter().any(|name| !SEPARATE.contains(name));
        whole
            || any_of.iter().any(|name| self.has(name, project))
            || store.is_some_and(|store| any_of.iter().any(|name| self.has_in_store(name, project, store)))
    }

    /// Like [`Self::allow`], as a result.
    ///
    /// # Errors
    /// 403 `insufficient_scope`, naming the scopes of which one is missing.
    pub fn require(&self, any_of: &[&str], project: &str, store: Option<&str>) -> Outcome<()> {
        if self.allow(any_of, project, store) {
            return Ok(());
        }
        let needed: Vec<String> = any_of.iter().map(|name| format!("{name}:{project}")).collect();
        Err(ApiError::insufficient_scope(&needed))
    }

    /// What a client that owns this set gets when it asks for `requested`: that, or all of its own.
    ///
    /// # Errors
    /// 400 `invalid_scope` if it asks for more than it owns.
    pub fn grant(&self, requested: Option<&str>) -> Outcome<Self> {
        let Some(requested) = requested.filter(|text| !text.trim().is_empty()) else {
            return Ok(self.clone());
        };
        let wanted = Self::read(requested);
        match wanted.0.iter().find(|scope| !self.covers(scope)) {
            None => Ok(wanted),
            Some(scope) => Err(ApiError::new(
                axum::http::StatusCode::BAD_REQUEST,
                "invalid_scope",
                format!("The scope '{scope}' is not granted to this API client."),
            )),
        }
    }

    fn covers(&self, scope: &str) -> bool {
        let mut parts = scope.split(':');
        let (name, project) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.0.iter().any(|own| own == scope) || self.allow(&[name], project, parts.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_listed_scopes_is_enough() {
        let cases = [
            ("view_orders:p", None, true),
            ("manage_orders:p", None, true),
            ("manage_project:p", None, true),
            ("view_orders:q", None, false),
            ("view_customers:p", None, false),
            ("view_orders:p:de", None, false),
            ("view_orders:p:de", Some("de"), true),
            ("view_orders:p:de", Some("uk"), false),
            ("view_orders:p", Some("uk"), true),
            ("", None, false),
        ];
        for (granted, store, expected) in cases {
            let allowed = Scopes::read(granted).allow(&["view_orders", "manage_orders"], "p", store);
            assert_eq!(allowed, expected, "{granted} {store:?}");
        }
        assert!(!Scopes::read("manage_project:p").allow(&["introspect_oauth_tokens"], "p", None));
    }

    #[test]
    fn a_client_gets_no_more_than_it_owns() {
        let own = Scopes::read("view_orders:p view_customers:p");
        assert_eq!(own.grant(None).unwrap().text(), own.text());
        assert_eq!(own.grant(Some("view_orders:p")).unwrap().text(), "view_orders:p");
        assert!(own.grant(Some("manage_orders:p")).is_err());
        assert!(Scopes::read("manage_project:p").grant(Some("manage_my_orders:p view_orders:p:de")).is_ok());
    }
}
