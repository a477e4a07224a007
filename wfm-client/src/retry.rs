//! Trying again: at most twice, after a random wait, and never where the answer says that this client is at fault.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::error::{Error, ErrorKind};
use crate::transport::Answer;

/// How often, and how long to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    /// Tries beside the first.
    pub(crate) more: u32,
    /// The longest wait before the second try; each further one doubles it.
    pub(crate) first_wait: Duration,
    /// A service that asks for more patience than this is not asked again.
    pub(crate) patience: Duration,
    /// Draws a number from 0 to 1.
    pub(crate) fraction: fn() -> f64,
}

impl Retry {
    /// The wait before the try after `tried` tries (1 for the second), or `None` where there is none: full jitter, a
    /// random part of a wait that doubles
    /// ([Exponential Backoff and Jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)), but
    /// never shorter than the service asked for.
    pub(crate) fn wait(&self, tried: u32, result: &Result<Answer, Error>) -> Option<Duration> {
        if tried > self.more {
            return None;
        }
        let asked = match result {
            Ok(answer) if answer.status.is_server_error() => asked_for(&answer.headers).unwrap_or_default(),
            Ok(_) => return None,
            Err(error) => match error.kind() {
                ErrorKind::Dns | ErrorKind::Unreachable | ErrorKind::Timeout => Duration::ZERO,
                ErrorKind::Settings | ErrorKind::Status(_) | ErrorKind::BadAnswer => return None,
            },
        };
        let longest = self.first_wait.saturating_mul(1 << (tried - 1).min(16));
        let drawn = longest.mul_f64((self.fraction)().clamp(0.0, 1.0));
        (asked <= self.patience).then(|| asked.max(drawn))
    }
}

/// `Retry-After` in seconds; its other form, a date, is as good as none.
fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderValue;

    use super::*;

    fn retry(fraction: fn() -> f64) -> Retry {
        Retry { more: 2, first_wait: Duration::from_secs(1), patience: Duration::from_secs(10), fraction }
    }

    fn answered(status: u16, retry_after: Option<&'static str>) -> Result<Answer, Error> {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        }
        Ok(Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: Vec::new() })
    }

    #[test]
    fn waits_double_and_end_after_two() {
        let always = retry(|| 1.0);
        let failed = || answered(503, None);
        let waits: Vec<Option<u64>> = (1..=3).map(|tried| always.wait(tried, &failed()).map(|w| w.as_secs())).collect();
        assert_eq!(waits, [Some(1), Some(2), None]);
        assert_eq!(retry(|| 0.0).wait(1, &failed()), Some(Duration::ZERO), "full jitter");
    }

    #[test]
    fn a_success_and_every_4xx_are_final() {
        for status in [200, 304, 400, 401, 404, 409, 413, 429] {
            assert_eq!(retry(|| 1.0).wait(1, &answered(status, Some("1"))), None, "{status}");
        }
    }

    #[test]
    fn the_service_is_given_the_time_it_asks_for_within_reason() {
        assert_eq!(retry(|| 0.0).wait(1, &answered(503, Some("7"))), Some(Duration::from_secs(7)));
        assert_eq!(retry(|| 0.0).wait(1, &answered(503, Some("600"))), None);
        let date = answered(503, Some("Fri, 20 Nov 2026 22:00:00 GMT"));
        assert_eq!(retry(|| 0.0).wait(1, &date), Some(Duration::ZERO));
    }

    #[test]
    fn what_another_try_cannot_mend_is_not_tried_again() {
        let failed = |kind| Err(Error::new(kind, "x"));
        assert!(retry(|| 1.0).wait(1, &failed(ErrorKind::Timeout)).is_some());
        assert!(retry(|| 1.0).wait(1, &failed(ErrorKind::Settings)).is_none());
        assert!(retry(|| 1.0).wait(1, &failed(ErrorKind::BadAnswer)).is_none());
    }
}
