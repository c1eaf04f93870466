//! Query predicates: text to tree. `where=orderState = "Open" and store(key in ("de", "uk"))`.

use super::error::{ApiError, Outcome};
use super::lexer::{Token, tokens};
use super::schema::Field;
use serde_json::Value;
use std::collections::HashMap;

/// Nesting allowed before a predicate is refused.
const MAX_DEPTH: usize = 40;

/// Values of `var.<name>` parameters; a name may be given several times.
pub type Variables = HashMap<String, Vec<String>>;

/// A parsed predicate.
#[derive(Clone, Debug)]
pub enum Predicate {
    All(Vec<Predicate>),
    Either(Vec<Predicate>),
    Not(Box<Predicate>),
    /// `field(…)`: holds for the object, or for any element of the list.
    Nested(String, Box<Predicate>),
    Compare {
        field: String,
        operator: Operator,
        values: Vec<Value>,
        time: bool,
    },
    Defined {
        field: String,
        expected: bool,
    },
    Empty {
        field: String,
        expected: bool,
    },
}

/// How a field is compared with values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    ContainsAny,
    ContainsAll,
}

/// Parses `text` against the fields of a resource type.
///
/// # Errors
/// 400 `InvalidInput` for bad syntax, unknown fields, missing variables and values of the wrong type.
pub fn parse(text: &str, fields: &Field, variables: &Variables) -> Outcome<Predicate> {
    let malformed = |reason: String| ApiError::invalid_input(format!("Malformed parameter: where: {reason}"));
    let mut parser = Parser { tokens: tokens(text).map_err(malformed)?, position: 0, variables, depth: 0 };
    let predicate = parser.either(fields).map_err(malformed)?;
    match parser.next() {
        None => Ok(predicate),
        Some(token) => {
            Err(malformed(format!("Syntax error while parsing 'where'. Unexpected input: {token}.")))
        }
    }
}

struct Parser<'a> {
    tokens: Vec<Token>,
    position: usize,
    variables: &'a Variables,
    depth: usize,
}

type Parsed<T> = Result<T, String>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.position).cloned();
        self.position += 1;
        token
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.position += usize::from(found);
        found
    }

    fn symbol(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(symbol)) if *symbol == wanted);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) -> Parsed<()> {
        if self.symbol(wanted) { Ok(()) } else { Err(self.unexpected(&format!("'{wanted}'"))) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.peek() {
            Some(token) => {
                format!("Syntax error while parsing 'where'. Unexpected {token}, expected {wanted}.")
            }
            None => {
                format!("Syntax error while parsing 'where'. Unexpected end of input, expected {wanted}.")
            }
        }
    }

    fn either(&mut self, fields: &Field) -> Parsed<Predicate> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("The predicate is nested too deeply.".to_owned());
        }
        let mut parts = vec![self.all(fields)?];
        while self.word("or") {
            parts.push(self.all(fields)?);
        }
        self.depth -= 1;
        Ok(single_or(parts, Predicate::Either))
    }

    fn all(&mut self, fields: &Field) -> Parsed<Predicate> {
        let mut parts = vec![self.unary(fields)?];
        while self.word("and") {
            parts.push(self.unary(fields)?);
        }
        Ok(single_or(parts, Predicate::All))
    }

    fn unary(&mut self, fields: &Field) -> Parsed<Predicate> {
        if self.symbol("(") {
            let inner = self.either(fields)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if matches!(self.tokens.get(self.position + 1), Some(Token::Symbol("("))) && self.word("not") {
            self.expect("(")?;
            let inner = self.either(fields)?;
            self.expect(")")?;
            return Ok(Predicate::Not(Box::new(inner)));
        }
        self.comparison(fields)
    }

    fn comparison(&mut self, fields: &Field) -> Parsed<Predicate> {
        let field = match self.next() {
            Some(Token::Word(name) | Token::Quoted(name)) => name,
            _ => {
                self.position -= 1;
                return Err(self.unexpected("a field name"));
            }
        };
        let known = fields.child(&field).ok_or_else(|| format!("The field '{field}' does not exist."))?;
        if self.symbol("(") {
            if !matches!(known, Field::Any | Field::Nested(_)) {
                return Err(format!("The field '{field}' has no nested fields."));
            }
            let inner = self.either(known)?;
            self.expect(")")?;
            return Ok(Predicate::Nested(field, Box::new(inner)));
        }
        if self.word("is") {
            let expected = !self.word("not");
            if self.word("defined") {
                return Ok(Predicate::Defined { field, expected });
            }
            if self.word("empty") {
                return Ok(Predicate::Empty { field, expected });
            }
            return Err(self.unexpected("'defined' or 'empty'"));
        }
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn | Operator::ContainsAny | Operator::ContainsAll => {
                self.list(known)?
            }
            _ => vec![self.value(known)?],
        };
        check_types(&field, known, &values)?;
        Ok(Predicate::Compare { field, operator, values, time: matches!(known, Field::Time) })
    }

    fn operator(&mut self) -> Parsed<Operator> {
        const SYMBOLS: [(&str, Operator); 7] = [
            ("=", Operator::Equal),
            ("<>", Operator::NotEqual),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (symbol, operator) in SYMBOLS {
            if self.symbol(symbol) {
                return Ok(operator);
            }
        }
        if self.word("in") {
            return Ok(Operator::In);
        }
        if self.word("not") {
            return if self.word("in") { Ok(Operator::NotIn) } else { Err(self.unexpected("'in'")) };
        }
        if self.word("contains") {
            if self.word("any") {
                return Ok(Operator::ContainsAny);
            }
            return if self.word("all") {
                Ok(Operator::ContainsAll)
            } else {
                Err(self.unexpected("'any' or 'all'"))
            };
        }
        Err(self.unexpected("an operator"))
    }

    fn list(&mut self, field: &Field) -> Parsed<Vec<Value>> {
        if let Some(Token::Variable(_)) = self.peek() {
            return self.variable(field);
        }
        self.expect("(")?;
        let mut values = Vec::new();
        loop {
            values.push(self.value(field)?);
            if !self.symbol(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(values)
    }

    fn value(&mut self, field: &Field) -> Parsed<Value> {
        match self.peek() {
            Some(Token::Variable(_)) => {
                let values = self.variable(field)?;
                values.into_iter().next().ok_or_else(|| "The input variable has no value.".to_owned())
            }
            Some(Token::Literal(value)) => {
                let value = value.clone();
                self.position += 1;
                Ok(value)
            }
            Some(Token::Word(word)) if word == "true" || word == "false" => {
                let value = Value::Bool(word == "true");
                self.position += 1;
                Ok(value)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// All values of the variable at this place, in the type of the field.
    fn variable(&mut self, field: &Field) -> Parsed<Vec<Value>> {
        let Some(Token::Variable(name)) = self.next() else {
            return Err(self.unexpected("an input variable"));
        };
        let texts = self
            .variables
            .get(&name)
            .ok_or_else(|| format!("The value for the input variable '{name}' is missing."))?;
        Ok(texts.iter().map(|text| typed(field, text)).collect())
    }
}

fn typed(field: &Field, text: &str) -> Value {
    match field {
        Field::Number | Field::Boolean => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        _ => Value::String(text.to_owned()),
    }
}

fn check_types(name: &str, field: &Field, values: &[Value]) -> Parsed<()> {
    let fits = |value: &Value| match field {
        Field::Text => value.is_string(),
        Field::Number => value.is_number(),
        Field::Boolean => value.is_boolean(),
        Field::Time => value.as_str().is_some_and(|text| super::evaluate::moment(text).is_some()),
        Field::Any => true,
        Field::Nested(_) => false,
    };
    match values.iter().find(|value| !fits(value)) {
        None => Ok(()),
        Some(value) => Err(format!("The value {value} does not fit the field '{name}'.")),
    }
}

fn single_or(mut parts: Vec<Predicate>, combine: fn(Vec<Predicate>) -> Predicate) -> Predicate {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            combine(parts)
        }
        None => combine(parts),
    }
}
