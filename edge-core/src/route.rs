//! Routing: the first rule that fits decides route, department and tags, and can say why.

use contract::Identity;

use crate::config::{Config, Mistake, Name, Problem, RouteSettings};
use crate::engine::tidio::Department;
use crate::localized::language;

/// What a visitor is routed by.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// Locale of the page.
    pub locale: &'a str,
    /// Store key.
    pub store: &'a str,
    /// Currency of the locale.
    pub currency: &'a str,
    /// Country of the locale.
    pub country: &'a str,
    /// Who the visitor is.
    pub identity: Identity,
}

/// Why a rule does not fit: the condition, what it wants and what the visitor has.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// Name of the condition.
    pub condition: &'static str,
    /// What the rule wants.
    pub wants: String,
    /// What the visitor has.
    pub has: String,
}

/// What one rule said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// Name of the rule's route.
    pub route: String,
    /// Conditions that do not hold; empty if the rule fits.
    pub mismatches: Vec<Mismatch>,
}

/// The rule that decides, if any.
pub fn choose<'r>(rules: &'r [RouteSettings], visitor: Visitor<'_>) -> Option<&'r RouteSettings> {
    rules.iter().find(|rule| mismatches(rule, visitor).is_empty())
}

/// What each rule said, up to and including the one that decides.
pub fn explain(rules: &[RouteSettings], visitor: Visitor<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for rule in rules {
        let mismatches = mismatches(rule, visitor);
        let decides = mismatches.is_empty();
        verdicts.push(Verdict { route: rule.route.to_string(), mismatches });
        if decides {
            break;
        }
    }
    verdicts
}

/// The routes that name a department which the Tidio project does not have. `known` is that project's list.
pub fn department_problems(config: &Config, tidio: &Name, known: &[Department]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for store in config.stores.values().filter(|store| store.tidio == *tidio) {
        for (index, rule) in store.routes.iter().enumerate() {
            let Some(wanted) = &rule.department else { continue };
            if !known.iter().any(|department| department.name == wanted.as_str()) {
                problems.push(Problem {
                    path: format!("stores.{}.routes[{index}].department", store.key),
                    code: Mistake::Unknown,
                    message: format!("is no department of the Tidio project {tidio}."),
                });
            }
        }
    }
    problems
}

fn mismatches(rule: &RouteSettings, visitor: Visitor<'_>) -> Vec<Mismatch> {
    let when = &rule.when;
    let locale_fits = |wanted: &str| {
        wanted.eq_ignore_ascii_case(visitor.locale)
            || (!wanted.contains('-') && wanted.eq_ignore_ascii_case(language(visitor.locale)))
    };
    let identity = when.identity.map(Identity::from);
    let checks = [
        ("locale", when.locale.as_ref().map(|w| (w.as_str(), locale_fits(w.as_str()))), visitor.locale),
        ("store", when.store.as_ref().map(|w| (w.as_str(), w.as_str() == visitor.store)), visitor.store),
        (
            "currency",
            when.currency.as_ref().map(|w| (w.as_str(), w.as_str() == visitor.currency)),
            visitor.currency,
        ),
        (
            "country",
            when.country.as_ref().map(|w| (w.as_str(), w.as_str() == visitor.country)),
            visitor.country,
        ),
        ("identity", identity.map(|w| (w.as_str(), w == visitor.identity)), visitor.identity.as_str()),
    ];
    checks
        .into_iter()
        .filter_map(|(condition, check, has)| match check {
            Some((wants, false)) => {
                Some(Mismatch { condition, wants: wants.to_owned(), has: has.to_owned() })
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Path, Problems, Setting as _};

    fn rules() -> Vec<RouteSettings> {
        let json = serde_json::json!([
            {"when": {"locale": "de", "identity": "verified"}, "route": "german-known", "department": "German desk"},
            {"when": {"locale": "de-AT"}, "route": "austria"},
            {"when": {"currency": "USD", "country": "US"}, "route": "us", "tags": ["us"]},
            {"route": "rest"},
        ]);
        let mut problems = Problems::default();
        let rules = Vec::read(&json, &Path::root(), &mut problems);
        rules.unwrap_or_else(|| panic!("{:?}", problems.into_vec()))
    }

    fn visitor<'a>(locale: &'a str, currency: &'a str, country: &'a str, identity: Identity) -> Visitor<'a> {
        Visitor { locale, store: "s1", currency, country, identity }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let cases = [
            (visitor("de-DE", "EUR", "DE", Identity::Verified), "german-known"),
            (visitor("de-AT", "EUR", "AT", Identity::Verified), "german-known"),
            (visitor("de-AT", "EUR", "AT", Identity::Guest), "austria"),
            (visitor("de-DE", "EUR", "DE", Identity::Guest), "rest"),
            (visitor("en-US", "USD", "US", Identity::Claimed), "us"),
            (visitor("en-US", "USD", "CA", Identity::Claimed), "rest"),
        ];
        for (visitor, want) in cases {
            let chosen = choose(&rules(), visitor).map(|rule| rule.route.to_string());
            assert_eq!(chosen.as_deref(), Some(want), "{visitor:?}");
        }
        assert!(choose(&[], cases[0].0).is_none());
    }

    #[test]
    fn an_explanation_says_what_did_not_hold_and_stops_at_the_decision() {
        let verdicts = explain(&rules(), visitor("de-AT", "EUR", "AT", Identity::Guest));
        assert_eq!(
            verdicts,
            [
                Verdict {
                    route: "german-known".to_owned(),
                    mismatches: vec![Mismatch {
                        condition: "identity",
                        wants: "verified".to_owned(),
                        has: "guest".to_owned(),
                    }],
                },
                Verdict { route: "austria".to_owned(), mismatches: Vec::new() },
            ]
        );
    }
}
