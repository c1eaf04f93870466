//! Splits a predicate into words, quoted names, literals, input variables and symbols.

use serde_json::Value;
use std::fmt;

/// A piece of a predicate.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A field name or a keyword. May contain `-` (locale tags) and `_`.
    Word(String),
    /// A field name in backticks.
    Quoted(String),
    /// A string or a number.
    Literal(Value),
    /// `:name`.
    Variable(String),
    Symbol(&'static str),
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Quoted(text) => write!(formatter, "'{text}'"),
            Self::Literal(value) => write!(formatter, "{value}"),
            Self::Variable(name) => write!(formatter, "':{name}'"),
            Self::Symbol(symbol) => write!(formatter, "'{symbol}'"),
        }
    }
}

const SYMBOLS: [&str; 10] = ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// All tokens of `text`, or a sentence about what is wrong with it.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '"' => string(rest)?,
            '`' => backticked(rest)?,
            ':' => {
                let name = leading(rest.get(1..).unwrap_or_default(), is_name);
                (Token::Variable(name.to_owned()), name.len() + 1)
            }
            _ if first.is_ascii_digit() || first == '-' => number(rest)?,
            _ if first.is_alphabetic() || first == '_' => {
                let name = leading(rest, is_name);
                (Token::Word(name.to_owned()), name.len())
            }
            _ => {
                let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
                let symbol = symbol.ok_or_else(|| format!("Unexpected character '{first}'."))?;
                (Token::Symbol(symbol), symbol.len())
            }
        };
        found.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(found)
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn leading(text: &str, belongs: fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn string(text: &str) -> Result<(Token, usize), String> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((position, character)) = characters.next() {
        match character {
            '"' => return Ok((Token::Literal(Value::String(value)), position + 1)),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, escaped)) => value.push(escaped),
                None => break,
            },
            _ => value.push(character),
        }
    }
    Err("A string is not closed.".to_owned())
}

fn backticked(text: &str) -> Result<(Token, usize), String> {
    let inner = text.get(1..).unwrap_or_default();
    let end = inner.find('`').ok_or("A quoted name is not closed.")?;
    Ok((Token::Quoted(inner.get(..end).unwrap_or_default().to_owned()), end + 2))
}

fn number(text: &str) -> Result<(Token, usize), String> {
    let digits =
        leading(text, |character| character.is_ascii_digit() || matches!(character, '-' | '.' | 'e' | 'E'));
    let value: Value = serde_json::from_str(digits).map_err(|_| format!("'{digits}' is not a number."))?;
    Ok((Token::Literal(value), digits.len()))
}
