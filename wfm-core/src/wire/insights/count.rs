//! A number of clusters that may not be told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many clusters: exact, or, for the public, rounded down to tens and not told below ten.
///
/// In JSON a number or the text `<10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "CountForm", try_from = "CountForm")]
pub enum Count {
    /// Fewer than ten; none may be among them.
    FewerThanTen,
    /// This many.
    Told(u64),
}

/// What is said in place of a count that is not told.
pub const FEWER_THAN_TEN: &str = "<10";

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum CountForm {
    Number(u64),
    Text(String),
}

impl From<Count> for CountForm {
    fn from(count: Count) -> Self {
        match count {
            Count::Told(number) => Self::Number(number),
            Count::FewerThanTen => Self::Text(FEWER_THAN_TEN.into()),
        }
    }
}

impl TryFrom<CountForm> for Count {
    type Error = &'static str;

    fn try_from(form: CountForm) -> Result<Self, Self::Error> {
        match form {
            CountForm::Number(number) => Ok(Self::Told(number)),
            CountForm::Text(text) if text == FEWER_THAN_TEN => Ok(Self::FewerThanTen),
            CountForm::Text(_) => Err("a count is a number or <10"),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(number) => number.fmt(f),
            Self::FewerThanTen => f.write_str(FEWER_THAN_TEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_or_says_that_it_is_not_told() {
        for (count, json) in [(Count::Told(12), "12"), (Count::FewerThanTen, r#""<10""#)] {
            assert_eq!(serde_json::to_string(&count).unwrap(), json);
            assert_eq!(serde_json::from_str::<Count>(json).unwrap(), count);
        }
        assert!(serde_json::from_str::<Count>(r#""few""#).is_err());
    }
}
