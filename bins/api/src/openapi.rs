//! The description of the API, OpenAPI 3.1: the list of routes, what `operations` says of each, and the schemas of the
//! wire types. `docs/openapi.json` is this document.

use serde_json::{Map, Value, json};
use wfm_core::cluster::ErasureSecret;

use crate::routes::ROUTES;
use crate::tokens::Role;

mod bodies;
mod envelopes;
mod operation;
mod operations;
pub(crate) mod parameters;
mod schemas;

use operation::Operation;
use schemas::Schemas;

const ABOUT: &str = "Which versions of Workflow's components were published, and which clusters checked in. \
Everything under /v2 and /v3 is what agents of 2016–2020 speak and stays as it is; /v4 is new. \
Errors have one shape: 4xx says what to change, 5xx says nothing of the inside. Times are RFC 3339 in UTC.";

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let operations = operations::all();
    let mut paths = Map::new();
    for route in ROUTES {
        let said = operations.iter().find(|said| said.verb == route.verb && said.path == route.path);
        let described = said.map_or_else(|| json!({}), |said| said.describe(route, &mut schemas));
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.verb.word()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Workflow versions",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": operations::TAGS.iter().map(|(name, about)| json!({"name": name, "description": about})).collect::<Value>(),
        "paths": paths,
        "components": {"schemas": schemas.finish(), "securitySchemes": security()},
    })
}

/// The document as it is committed and served.
#[must_use]
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("a JSON value always has a JSON form");
    text.push('\n');
    text
}

fn security() -> Value {
    let mut schemes = Map::new();
    for role in Role::ALL {
        let about = format!("A token with the role {role}: wfm-api token new --role {role}");
        schemes.insert(role.as_str().into(), json!({"type": "http", "scheme": "bearer", "description": about}));
    }
    let about = "The same token as the password of any user, for agents of 2016–2020.";
    schemes.insert("doctorPassword".into(), json!({"type": "http", "scheme": "basic", "description": about}));
    let about =
        "An analyst's or administrator's token as the password of any user, for browsers: /?sign-in asks for it.";
    schemes.insert("readerPassword".into(), json!({"type": "http", "scheme": "basic", "description": about}));
    let about = "A cluster's erasure secret, 64 hexadecimal digits from its Secret: wfm-agent id erase sends it.";
    let secret = json!({"type": "apiKey", "in": "header", "name": ErasureSecret::HEADER, "description": about});
    schemes.insert("erasureSecret".into(), secret);
    schemes.into()
}

#[cfg(test)]
mod tests;
