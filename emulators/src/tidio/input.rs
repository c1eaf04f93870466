//! Reading requests: a JSON body whatever its content type says, and list cursors.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde_json::Value;

use super::error::ApiError;

/// Entries of one list page; the vendor documents no parameter for it.
pub const PAGE: usize = 100;

/// A JSON body. Browsers send theirs as plain text, which spares them a preflight request.
#[derive(Debug)]
pub struct Input(pub Value);

impl<S: Send + Sync> FromRequest<S> for Input {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::malformed("The body could not be read"))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| ApiError::malformed(format!("The body is not JSON: {error}")))
    }
}

/// Query of a list: `cursor` and, for contacts, `email`.
#[derive(Debug, Default, serde::Deserialize)]
pub struct ListQuery {
    /// As an earlier page gave it.
    pub cursor: Option<String>,
    /// Exact address.
    pub email: Option<String>,
}

impl ListQuery {
    /// Position to continue after; zero at the start.
    pub fn after(&self) -> Result<u64, ApiError> {
        match self.cursor.as_deref() {
            None | Some("") => Ok(0),
            Some(cursor) => cursor
                .strip_prefix("c_")
                .and_then(|digits| u64::from_str_radix(digits, 36).ok())
                .ok_or_else(|| ApiError::malformed("cursor: not one of ours")),
        }
    }
}

/// `meta` of a list: where the next page starts, null on the last one.
pub fn meta(next: Option<u64>) -> Value {
    serde_json::json!({"cursor": next.map(cursor), "limit": PAGE})
}

fn cursor(position: u64) -> String {
    let mut rest = position;
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        let digit = u32::try_from(rest % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        rest /= 36;
    }
    digits.push('_');
    digits.push('c');
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_to_its_position() {
        for position in [0, 1, 35, 36, 100, 123_456_789] {
            let query = ListQuery { cursor: Some(cursor(position)), email: None };
            assert_eq!(query.after(), Ok(position));
        }
        let foreign = ListQuery { cursor: Some("abc".into()), email: None };
        assert!(foreign.after().is_err());
    }
}
