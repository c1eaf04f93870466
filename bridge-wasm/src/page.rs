//! What the consent and session rules may see of a page.
//!
//! In scope: reading values that strangers put there. Out of scope: what they mean. Everything is optional and
//! nothing fails: a missing global, a getter that throws and blocked storage are all "not there". The browser
//! implements it in `web`, the tests with plain data.

/// Read access to a page.
pub trait Page: 'static {
    /// A value of the page's script.
    type Value: Clone + 'static;

    /// The global object.
    fn window(&self) -> Self::Value;
    /// A member; `None` when absent, `undefined`, `null`, or when reading it throws.
    fn get(&self, of: &Self::Value, member: &str) -> Option<Self::Value>;
    /// Calls a method, with a text or without; `None` when there is none, it throws, or it answers nothing.
    fn call(&self, of: &Self::Value, method: &str, argument: Option<&str>) -> Option<Self::Value>;
    /// The value as a boolean, if it is one.
    fn boolean(&self, value: &Self::Value) -> Option<bool>;
    /// The value as text, if it is text.
    fn text(&self, value: &Self::Value) -> Option<String>;
    /// The items of an array; none for anything else.
    fn items(&self, value: &Self::Value) -> Vec<Self::Value>;
    /// The names of an object's members; none for anything else.
    fn keys(&self, value: &Self::Value) -> Vec<String>;
    /// A JSON text as a value.
    fn parse(&self, json: &str) -> Option<Self::Value>;
    /// The claims of a compact token, unverified.
    fn claims(&self, token: &str) -> Option<Self::Value>;
    /// The decoded value of a cookie.
    fn cookie(&self, name: &str) -> Option<String>;
    /// An item of local storage; `None` also when storage is blocked.
    fn stored(&self, key: &str) -> Option<String>;

    /// A member of a member and so on: `auth.token`, `carts[0].id`.
    fn find(&self, of: &Self::Value, path: &str) -> Option<Self::Value> {
        let mut value = of.clone();
        for step in parts(path, |character| matches!(character, '.' | '[' | ']')) {
            if !step.is_empty() {
                value = self.get(&value, step)?;
            }
        }
        Some(value)
    }

    /// The text at a path of a value.
    fn text_at(&self, of: &Self::Value, path: &str) -> Option<String> {
        self.find(of, path).and_then(|value| self.text(&value))
    }

    /// All texts of an array at a path.
    fn texts_at(&self, of: &Self::Value, path: &str) -> Vec<String> {
        let mut texts = Vec::new();
        if let Some(list) = self.find(of, path) {
            for item in self.items(&list) {
                texts.extend(self.text(&item));
            }
        }
        texts
    }
}

/// Texts put together. The standard library's way brings a copy of itself per length of the separator.
pub fn join(texts: &[&str]) -> String {
    let mut whole = String::new();
    for text in texts {
        whole.push_str(text);
    }
    whole
}

/// `text` cut at every separator. One function type for all separators, so that there is one copy of the code.
pub fn parts(text: &str, separator: fn(char) -> bool) -> std::str::Split<'_, fn(char) -> bool> {
    text.split(separator)
}

#[cfg(test)]
pub(crate) mod fake {
    //! A page made of plain data.

    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::rc::Rc;

    use super::Page;

    /// A function of the page; an error stands for a thrown exception.
    pub type Function = Rc<dyn Fn(&str) -> Result<Value, ()>>;

    /// A value of the page.
    #[derive(Clone)]
    pub enum Value {
        Json(serde_json::Value),
        Object(HashMap<String, Value>),
        Function(Function),
        /// A getter that throws.
        Throwing,
    }

    impl From<serde_json::Value> for Value {
        fn from(json: serde_json::Value) -> Self {
            Value::Json(json)
        }
    }

    /// A function that answers by its first argument.
    pub fn function(answer: impl Fn(&str) -> serde_json::Value + 'static) -> Value {
        Value::Function(Rc::new(move |argument| Ok(answer(argument).into())))
    }

    /// A function that throws.
    pub fn throwing() -> Value {
        Value::Function(Rc::new(|_| Err(())))
    }

    /// An object with members of any kind.
    pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// A page with globals, cookies and storage. `None` storage is blocked storage.
    #[derive(Default)]
    pub struct FakePage {
        pub globals: RefCell<HashMap<String, Value>>,
        pub cookies: RefCell<HashMap<String, String>>,
        pub storage: RefCell<Option<HashMap<String, String>>>,
    }

    impl Page for FakePage {
        type Value = Value;

        fn window(&self) -> Value {
            Value::Object(self.globals.borrow().clone())
        }

        fn get(&self, of: &Value, member: &str) -> Option<Value> {
            match of {
                Value::Object(members) => match members.get(member) {
                    Some(Value::Throwing) | None => None,
                    Some(Value::Json(serde_json::Value::Null)) => None,
                    Some(value) => Some(value.clone()),
                },
                Value::Json(json) => {
                    let found = member.parse::<usize>().ok().and_then(|index| json.get(index));
                    let found = found.or_else(|| json.get(member))?;
                    (!found.is_null()).then(|| Value::Json(found.clone()))
                }
                Value::Function(_) | Value::Throwing => None,
            }
        }

        fn call(&self, of: &Value, method: &str, argument: Option<&str>) -> Option<Value> {
            match self.get(of, method)? {
                Value::Function(function) => function(argument.unwrap_or_default()).ok(),
                _ => None,
            }
        }

        fn boolean(&self, value: &Value) -> Option<bool> {
            if let Value::Json(json) = value { json.as_bool() } else { None }
        }

        fn text(&self, value: &Value) -> Option<String> {
            if let Value::Json(json) = value { json.as_str().map(str::to_owned) } else { None }
        }

        fn items(&self, value: &Value) -> Vec<Value> {
            match value {
                Value::Json(serde_json::Value::Array(items)) => {
                    items.iter().cloned().map(Value::Json).collect()
                }
                _ => Vec::new(),
            }
        }

        fn keys(&self, value: &Value) -> Vec<String> {
            match value {
                Value::Json(serde_json::Value::Object(members)) => members.keys().cloned().collect(),
                _ => Vec::new(),
            }
        }

        fn parse(&self, json: &str) -> Option<Value> {
            serde_json::from_str(json).ok().map(Value::Json)
        }

        fn claims(&self, token: &str) -> Option<Value> {
            self.parse(super::parts(token, |character| character == '.').nth(1)?)
        }

        fn cookie(&self, name: &str) -> Option<String> {
            self.cookies.borrow().get(name).cloned()
        }

        fn stored(&self, key: &str) -> Option<String> {
            self.storage.borrow().as_ref()?.get(key).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::*;
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_walk_objects_and_arrays_and_never_fail() {
        let page = FakePage::default();
        let value = Value::Json(json!({"a": {"b": [{"c": "x"}, "y"]}, "n": null, "d": 5}));
        let cases = [
            ("a.b[0].c", Some("x")),
            ("a.b.0.c", Some("x")),
            ("a.b[1]", Some("y")),
            ("a.b[2]", None),
            ("a.b[x]", None),
            ("n.a", None),
            ("d", None),
            ("a..b[1]", Some("y")),
            ("zz", None),
        ];
        for (path, expected) in cases {
            assert_eq!(page.text_at(&value, path).as_deref(), expected, "{path}");
        }
    }
}
