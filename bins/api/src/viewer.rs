//! Who looks at the insights, and how a browser signs in.

use clap::ValueEnum;
use http::{HeaderMap, header};

use crate::error::ApiError;
use crate::service::Service;
use crate::tokens::{Caller, Role, missing};

/// The roles that read clusters, and so everything of the insights.
pub(crate) const READERS: &[Role] = &[Role::Analyst, Role::Admin];

/// Asks a browser for a user and a password. Names no bearer token: browsers look at the first way alone.
const SIGN_IN: &str = "Basic realm=\"insights\", charset=\"UTF-8\"";

/// What the insights tell those who send no token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InsightsPublic {
    /// Numbers rounded down to tens, of days that are over.
    Aggregate,
    /// Nothing.
    #[default]
    None,
}

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// Somebody without a reader's token, where nothing is public.
    Nobody,
    /// Somebody without a reader's token, where the rounded numbers are public.
    Public,
    /// Whoever has a reader's token.
    SignedIn,
}

impl Service {
    /// Who asks for insights: a token that is not valid, or lacks the role, is refused and never passed over; without any
    /// it depends on whether the answer is `public`.
    pub(crate) async fn viewer(&self, headers: &HeaderMap, public: bool) -> Result<(Viewer, Option<Caller>), ApiError> {
        if headers.contains_key(header::AUTHORIZATION) {
            let caller = self.tokens.authorise(headers, READERS, true, self.clock.now()).await?;
            return Ok((Viewer::SignedIn, Some(caller)));
        }
        match self.stranger() {
            Viewer::Public if public => Ok((Viewer::Public, None)),
            _ => Err(missing(READERS)),
        }
    }

    /// Who looks at a page. Whose token does not do, sees what anybody sees; with `sign-in` in the query a browser is asked
    /// for one, and once it was it sends it for every path.
    pub(super) async fn visitor(&self, headers: &HeaderMap, query: &str) -> Result<(Viewer, Option<Caller>), ApiError> {
        match self.viewer(headers, false).await {
            Err(refusal) if signs_in(query) => Err(refusal.into_unauthorised().challenge(SIGN_IN)),
            Err(refusal) if refusal.is_about_the_token() => Ok((self.stranger(), None)),
            visitor => visitor,
        }
    }

    fn stranger(&self) -> Viewer {
        match self.insights_public {
            InsightsPublic::Aggregate => Viewer::Public,
            InsightsPublic::None => Viewer::Nobody,
        }
    }
}

fn signs_in(query: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some("sign-in"))
}
