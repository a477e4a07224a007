//! `wfm-api`, the versions service: it keeps what was published and which clusters checked in, and answers the agents of
//! 2016–2020 and of today.
//!
//! A request's way: `routes` lists the path, `dispatch` finds it there and asks for its token, a handler reads what was
//! sent through `request` and asks the [`Store`](wfm_core::store::Store), `reply` or `error` answers. [`Service`] runs it all inside any program;
//! [`cli`] is the program of its own.
//!
//! **Architecture invariant:** what a check-in's body holds beyond the vocabulary, and a cluster's id, reach no log line
//! and no error message.

pub mod cli;
mod dashboard;
mod dispatch;
mod documents;
mod error;
mod export;
mod handlers;
pub mod import;
mod metrics;
pub mod openapi;
mod public_days;
mod rates;
mod reductions;
mod reply;
mod request;
mod routes;
pub mod rules;
pub mod seed;
mod service;
mod silence;
pub mod store;
pub mod tokens;
mod viewer;

pub use dispatch::routes;
pub use rates::Rates;
pub use service::{Running, Service, Settings};
pub use viewer::InsightsPublic;
