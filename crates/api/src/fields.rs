//! Strict reading of bodies and queries: every field is known, and what is wrong is told with its name, what was
//! given and what is allowed.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};

use crate::body;

/// The most accounts that one list may name: each is looked up.
const ACCOUNTS_MAX: usize = 1_000;

/// The most items of one page.
const LIMIT_MAX: u64 = 100;

/// The fields of one request. Each is taken out once.
pub(crate) struct Fields {
    given: Map<String, Value>,
    /// In a query everything is text, and so are numbers.
    query: bool,
}

impl Fields {
    /// A body: a JSON object with no other fields than these. An empty body is an empty object.
    pub(crate) fn body(bytes: &[u8], allowed: &[&str]) -> Result<Self, Fault> {
        let value = if bytes.is_empty() { Value::Object(Map::new()) } else { body::parse(bytes)? };
        let Value::Object(given) = value else {
            return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
        };
        Self { given, query: false }.known(allowed)
    }

    /// A query with no other parameters than these, each at most once.
    pub(crate) fn query(query: Option<&str>, allowed: &[&str]) -> Result<Self, Fault> {
        let mut given = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let name = name.into_owned();
            if given.insert(name.clone(), Value::from(value.into_owned())).is_some() {
                return Err(Fault::field(shown(&name), format!("`{}` is given twice", shown(&name))));
            }
        }
        Self { given, query: true }.known(allowed)
    }

    fn known(self, allowed: &[&str]) -> Result<Self, Fault> {
        match self.given.keys().find(|name| !allowed.contains(&name.as_str())) {
            None => Ok(self),
            Some(name) => {
                let list = if allowed.is_empty() { "there are none".to_owned() } else { allowed.join(", ") };
                let name = shown(name);
                let message = format!("`{name}` is not known here; allowed are: {list}");
                Err(Fault::field(name, message))
            }
        }
    }

    /// Whether the field is there, null included.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Takes a value; null is the same as left out.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.given.remove(name).filter(|value| !value.is_null())
    }

    /// A text of so many characters, without control characters.
    pub(crate) fn text(&mut self, name: &str, chars: RangeInclusive<usize>) -> Result<Option<String>, Fault> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value {
            Value::String(text)
                if chars.contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
            {
                Ok(Some(text))
            }
            other => {
                let (least, most) = (chars.start(), chars.end());
                let allowed = format!("a text of {least} to {most} characters without control characters");
                Err(wrong(name, &other, &allowed))
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn whole(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, Fault> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match &value {
            Value::String(text) if self.query && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            other => other.as_u64(),
        };
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(wrong(name, &value, &format!("a whole number from {} to {}", range.start(), range.end())))
            }
        }
    }

    /// Whatever a text can be read as; `allowed` says what that is.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.take(name) else { return Ok(None) };
        value.as_str().and_then(&read).map(Some).ok_or_else(|| wrong(name, &value, allowed))
    }

    /// A secret text; the inner none where it is null. What is wrong with it is told without quoting it.
    pub(crate) fn secret(&mut self, name: &str, most: usize) -> Result<Option<Option<String>>, Fault> {
        match self.given.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) if !text.trim().is_empty() && text.len() <= most => {
                Ok(Some(Some(text)))
            }
            Some(_) => Err(Fault::field(
                name,
                format!("`{name}` is not shown here; allowed is a text of 1 to {most} characters"),
            )),
        }
    }

    /// A list of accounts' numbers, which may be empty.
    pub(crate) fn accounts(&mut self) -> Result<Option<Vec<AccountId>>, Fault> {
        let Some(value) = self.take("accounts") else { return Ok(None) };
        let account = |value: &Value| value.as_i64().filter(|number| *number > 0).map(AccountId);
        let accounts: Option<Vec<AccountId>> = value
            .as_array()
            .filter(|all| all.len() <= ACCOUNTS_MAX)
            .and_then(|all| all.iter().map(account).collect());
        accounts.map(Some).ok_or_else(|| {
            wrong(
                "accounts",
                &value,
                &format!("a list of at most {ACCOUNTS_MAX} accounts' numbers, such as [2, 7]"),
            )
        })
    }

    /// `live` or `test`.
    pub(crate) fn mode(&mut self) -> Result<Option<Mode>, Fault> {
        self.parsed("mode", "live or test", |word| match word {
            "live" => Some(Mode::Live),
            "test" => Some(Mode::Test),
            _ => None,
        })
    }

    /// The most items of a page; so many where nothing is said.
    pub(crate) fn limit(&mut self, usual: u32) -> Result<u32, Fault> {
        let limit = self.whole("limit", 1..=LIMIT_MAX)?;
        Ok(limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(usual))
    }

    /// A key's id.
    pub(crate) fn key(&mut self) -> Result<Option<KeyId>, Fault> {
        Ok(self.text("key", 1..=64)?.map(KeyId))
    }

    /// A model's name, as the catalogue or an alias has it.
    pub(crate) fn model(&mut self) -> Result<Option<String>, Fault> {
        self.text("model", 1..=200)
    }

    /// An account's number.
    pub(crate) fn account(&mut self) -> Result<Option<AccountId>, Fault> {
        let number = self.whole("account", 1..=i64::MAX as u64)?;
        Ok(number.and_then(|number| i64::try_from(number).ok()).map(AccountId))
    }

    /// An amount above zero in US dollars, as a text so that nothing is lost.
    pub(crate) fn usd(&mut self, most: MicroUsd) -> Result<MicroUsd, Fault> {
        let allowed = format!(
            "a text with US dollars above zero and at most {most}, with at most six decimals, such as \"25.00\""
        );
        let Some(value) = self.take("usd") else { return Err(absent("usd", &allowed)) };
        let amount = value.as_str().and_then(|text| MicroUsd::parse(text).ok());
        match amount {
            Some(amount) if amount > MicroUsd::ZERO && amount <= most => Ok(amount),
            Some(amount) if amount < MicroUsd::ZERO => Err(Fault::field(
                "usd",
                format!(
                    "`usd` is {amount}: nothing is taken away here. What a job cost is given back by refunds of the job"
                ),
            )),
            _ => Err(wrong("usd", &value, &allowed)),
        }
    }

    /// A list of permissions, at least one.
    pub(crate) fn scopes(&mut self) -> Result<Option<Scopes>, Fault> {
        let Some(value) = self.take("scopes") else { return Ok(None) };
        let words = value.as_array().filter(|words| !words.is_empty());
        let scopes =
            words.and_then(|words| words.iter().map(|word| Scope::from_str(word.as_str()?).ok()).collect());
        scopes.map(Some).ok_or_else(|| {
            let all: Scopes = Scope::ALL.iter().copied().collect();
            wrong("scopes", &value, &format!("a list of one or more of: {all}"))
        })
    }

    /// The fields of a field that is an object; the inner none where it is null.
    pub(crate) fn object(&mut self, name: &str, allowed: &[&str]) -> Result<Option<Option<Self>>, Fault> {
        match self.given.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::Object(given)) => {
                let inner =
                    Self { given, query: false }.known(allowed).map_err(|fault| within(name, fault))?;
                Ok(Some(Some(inner)))
            }
            Some(other) => {
                Err(wrong(name, &other, &format!("null, or an object of: {}", allowed.join(", "))))
            }
        }
    }
}

/// What must be there and is not.
pub(crate) fn absent(name: &str, allowed: &str) -> Fault {
    Fault::field(name, format!("`{name}` is required: {allowed}"))
}

/// The fault of a field within another one.
pub(crate) fn within(name: &str, fault: Fault) -> Fault {
    let param = fault.param.map_or_else(|| name.to_owned(), |inner| format!("{name}.{inner}"));
    Fault { param: Some(param), ..fault }
}

/// What is there and wrong.
pub(crate) fn wrong(name: &str, given: &Value, allowed: &str) -> Fault {
    Fault::field(name, format!("`{name}` is {}; allowed is {allowed}", shown(&given.to_string())))
}

/// Enough of it to know it again.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: Value, allowed: &[&str]) -> Result<Fields, Fault> {
        Fields::body(value.to_string().as_bytes(), allowed)
    }

    #[test]
    fn what_is_wrong_is_named_with_what_was_given_and_what_is_allowed() {
        let unknown = body(json!({ "nam": "x" }), &["name", "email"]).err().unwrap();
        assert_eq!(unknown.param.as_deref(), Some("nam"));
        assert!(unknown.message.contains("name, email"), "{}", unknown.message);
        assert!(body(json!([1]), &[]).is_err());
        let mut given =
            body(json!({ "days": 0, "name": 7, "mode": "both" }), &["days", "name", "mode"]).unwrap();
        let days = given.whole("days", 1..=9).unwrap_err().message;
        assert!(days.contains("`days` is 0") && days.contains("1 to 9"), "{days}");
        assert!(given.text("name", 1..=3).unwrap_err().message.contains("`name` is 7"));
        assert!(given.mode().unwrap_err().message.contains("live or test"));
    }

    #[test]
    fn a_query_holds_each_parameter_once_and_numbers_as_digits() {
        assert!(Fields::query(Some("limit=1&limit=2"), &["limit"]).is_err());
        assert!(Fields::query(Some("x=1"), &["limit"]).is_err());
        let limit = |query| Fields::query(Some(query), &["limit"]).unwrap().whole("limit", 1..=9);
        assert_eq!(limit("limit=7"), Ok(Some(7)));
        for bad in ["limit=", "limit=%2B7", "limit=10", "limit=7.0"] {
            assert!(limit(bad).is_err(), "{bad}");
        }
        assert!(body(json!({ "limit": "7" }), &["limit"]).unwrap().whole("limit", 1..=9).is_err());
    }

    #[test]
    fn s10_a_wrong_secret_is_told_without_quoting_it() {
        for given in [json!(271828), json!("  "), json!(["271828"]), json!("271828".repeat(2))] {
            let mut fields = body(json!({ "secret": given }), &["secret"]).unwrap();
            let fault = fields.secret("secret", 10).unwrap_err();
            assert!(fault.param.as_deref() == Some("secret") && !fault.message.contains("271828"), "{given}");
        }
        let mut fields = body(json!({ "a": "x", "b": null }), &["a", "b"]).unwrap();
        assert_eq!(fields.secret("a", 10), Ok(Some(Some("x".to_owned()))));
        assert_eq!((fields.secret("b", 10), fields.secret("c", 10)), (Ok(Some(None)), Ok(None)));
    }

    #[test]
    fn an_amount_is_a_text_above_zero() {
        let usd = |value: Value| body(json!({ "usd": value }), &["usd"]).unwrap().usd(MicroUsd(50_000_000));
        assert_eq!(usd(json!("25.5")), Ok(MicroUsd(25_500_000)));
        for bad in [json!(25), json!("0"), json!("50.01"), json!("1e3"), json!(null), json!("0.0000001")] {
            assert!(usd(bad.clone()).unwrap_err().message.contains("above zero"), "{bad}");
        }
        assert!(usd(json!("-1")).unwrap_err().message.contains("refunds"));
    }
}
