//! A number of clusters that may not be told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many clusters: exact, or, for the public, a multiple of ten that is less than twenty below the exact number.
///
/// In JSON a number or the text `<20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "CountForm", try_from = "CountForm")]
pub enum Count {
    /// Fewer than twenty, or none.
    Few,
    /// This many.
    Told(u64),
}

/// What is said in place of a count that is not told.
pub const FEW: &str = "<20";

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
            Count::Few => Self::Text(FEW.into()),
        }
    }
}

impl TryFrom<CountForm> for Count {
    type Error = &'static str;

    fn try_from(form: CountForm) -> Result<Self, Self::Error> {
        match form {
            CountForm::Number(number) => Ok(Self::Told(number)),
            CountForm::Text(text) if text == FEW => Ok(Self::Few),
            CountForm::Text(_) => Err("a count is a number or <20"),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(number) => number.fmt(f),
            Self::Few => f.write_str(FEW),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_or_says_that_it_is_not_told() {
        for (count, json) in [(Count::Told(12), "12"), (Count::Few, r#""<20""#)] {
            assert_eq!(serde_json::to_string(&count).unwrap(), json);
            assert_eq!(serde_json::from_str::<Count>(json).unwrap(), count);
        }
        assert!(serde_json::from_str::<Count>(r#""few""#).is_err());
    }
}
