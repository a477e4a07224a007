//! What is said of one route.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use wfm_core::wire;

use super::parameters::{Parameter, holes};
use super::schemas::Schemas;
use crate::dispatch::{Access, Route, Verb};
use crate::tokens::Role;
use crate::viewer::READERS;

/// What is said of one route, beside what its row says.
pub(super) struct Operation {
    pub(super) verb: Verb,
    pub(super) path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    more: &'static str,
    query: Vec<Parameter>,
    body: Option<Body>,
    answers: BTreeMap<u16, Said>,
    cached: bool,
    paged: bool,
}

/// The schema of a type, put among the others.
pub(super) type Refer = fn(&mut Schemas) -> Value;

struct Body {
    kinds: Vec<(&'static str, Refer)>,
    longest: &'static str,
}

struct Said {
    about: &'static str,
    content: Vec<(&'static str, Refer)>,
}

impl Operation {
    pub(super) fn new(
        verb: Verb,
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        summary: &'static str,
    ) -> Self {
        let (query, answers) = (Vec::new(), BTreeMap::new());
        Self { verb, path, id, tag, summary, more: "", query, body: None, answers, cached: false, paged: false }
    }

    /// More than the summary.
    pub(super) fn more(self, more: &'static str) -> Self {
        Self { more, ..self }
    }

    pub(super) fn query(mut self, parameter: Parameter) -> Self {
        self.query.push(parameter);
        self
    }

    /// What is sent.
    pub(super) fn takes<T: ToSchema>(mut self, longest: &'static str) -> Self {
        self.body = Some(Body { kinds: vec![("application/json", Schemas::refer::<T>)], longest });
        self
    }

    /// What is sent, by a schema that is no type's.
    pub(super) fn takes_as(mut self, schema: Refer, longest: &'static str) -> Self {
        self.body = Some(Body { kinds: vec![("application/json", schema)], longest });
        self
    }

    /// What is sent: a list of at least one.
    pub(super) fn takes_list<T: ToSchema>(mut self, longest: &'static str) -> Self {
        self.body = Some(Body { kinds: vec![("application/json", Schemas::some::<T>)], longest });
        self
    }

    /// The same in another form, as text.
    pub(super) fn or_takes(mut self, kind: &'static str) -> Self {
        if let Some(body) = &mut self.body {
            body.kinds.push((kind, Schemas::refer::<String>));
        }
        self
    }

    /// The answer is a page of a list.
    pub(super) fn paged(self) -> Self {
        Self { paged: true, ..self }
    }

    /// A success in JSON.
    pub(super) fn gives<T: ToSchema>(self, status: u16, about: &'static str) -> Self {
        self.says(status, about, Some(("application/json", Schemas::refer::<T>)))
    }

    /// A success in JSON: a list.
    pub(super) fn gives_list<T: ToSchema>(self, status: u16, about: &'static str) -> Self {
        self.says(status, about, Some(("application/json", Schemas::list::<T>)))
    }

    /// A success of which there is nothing to tell.
    pub(super) fn gives_nothing(self, status: u16, about: &'static str) -> Self {
        self.says(status, about, None)
    }

    /// A success in another form.
    pub(super) fn gives_text(self, status: u16, about: &'static str, kind: &'static str) -> Self {
        self.says(status, about, Some((kind, Schemas::refer::<String>)))
    }

    /// A success in another form of JSON.
    pub(super) fn gives_as(self, status: u16, about: &'static str, kind: &'static str, schema: Refer) -> Self {
        self.says(status, about, Some((kind, schema)))
    }

    /// A success that is no text.
    pub(super) fn gives_bytes(self, status: u16, about: &'static str, kind: &'static str) -> Self {
        self.says(status, about, Some((kind, |_| json!({"type": "string", "format": "binary"}))))
    }

    /// The same success in another form too, as text.
    pub(super) fn or_gives(mut self, status: u16, kind: &'static str) -> Self {
        if let Some(said) = self.answers.get_mut(&status) {
            said.content.push((kind, Schemas::refer::<String>));
        }
        self
    }

    /// A refusal beyond those that every such route has.
    pub(super) fn refuses(self, status: u16, about: &'static str) -> Self {
        self.says(status, about, Some(ERROR))
    }

    /// It answers `If-None-Match`.
    pub(super) fn cached(self) -> Self {
        Self { cached: true, ..self }.says(304, "The client has it already.", None)
    }

    fn says(mut self, status: u16, about: &'static str, content: Option<(&'static str, Refer)>) -> Self {
        self.answers.insert(status, Said { about, content: content.into_iter().collect() });
        self
    }

    /// The operation as the document shows it.
    pub(super) fn describe(&self, route: &Route, schemas: &mut Schemas) -> Value {
        let mut operation = Map::new();
        operation.insert("operationId".into(), self.id.into());
        operation.insert("tags".into(), json!([self.tag]));
        operation.insert("summary".into(), self.summary.into());
        if !self.more.is_empty() {
            operation.insert("description".into(), self.more.into());
        }
        let mut parameters = holes(route.path, schemas);
        parameters.extend(self.query.iter().map(Parameter::describe));
        if self.cached {
            parameters.push(json!({"name": "If-None-Match", "in": "header", "required": false,
                "description": "The tag of what the client has.", "schema": {"type": "string"}}));
        }
        if !parameters.is_empty() {
            operation.insert("parameters".into(), parameters.into());
        }
        if let Some(body) = &self.body {
            let kinds: Map<String, Value> = body
                .kinds
                .iter()
                .map(|(kind, refer)| ((*kind).to_owned(), json!({"schema": refer(schemas)})))
                .collect();
            let about = format!("At most {}.", body.longest);
            operation.insert("requestBody".into(), json!({"required": true, "description": about, "content": kinds}));
        }
        let mut answers: Map<String, Value> = Map::new();
        for (status, said) in self.usual(route).iter().chain(&self.answers) {
            answers.insert(status.to_string(), said.describe(*status, self, schemas));
        }
        operation.insert("responses".into(), answers.into());
        if let Some(security) = security(route.access) {
            operation.insert("security".into(), security);
        }
        operation.into()
    }

    /// The refusals that follow from what the route is.
    fn usual(&self, route: &Route) -> BTreeMap<u16, Said> {
        let mut usual = BTreeMap::new();
        let mut add = |status, about| usual.insert(status, Said { about, content: vec![ERROR] });
        if route.path.contains('{') || self.body.is_some() || !self.query.is_empty() {
            add(400, "It cannot be understood; the message says where and what to write.");
        }
        if matches!(route.access, Access::Roles(_) | Access::Insights { .. } | Access::Owner) {
            add(401, "No token, or one that is not valid.");
            add(403, "The token has another role.");
        }
        if self.body.is_some() {
            add(413, "The body is too large.");
        }
        if route.access != Access::Probe {
            add(429, "Too many requests: come back after so many seconds.");
        }
        add(500, "Something went wrong in the service.");
        add(503, "The service cannot do this at the moment: come back after so many seconds.");
        usual
    }
}

const ERROR: (&str, Refer) = ("application/json", Schemas::refer::<wire::Error>);

impl Said {
    fn describe(&self, status: u16, operation: &Operation, schemas: &mut Schemas) -> Value {
        let mut said = json!({"description": self.about});
        if !self.content.is_empty() {
            let kinds =
                self.content.iter().map(|(kind, refer)| ((*kind).to_owned(), json!({"schema": refer(schemas)})));
            said["content"] = kinds.collect::<Map<String, Value>>().into();
        }
        let header = match status {
            200 | 304 if operation.cached => ("ETag", "The tag of these bytes.", "string"),
            200 if operation.paged => ("Link", "The next page, as rel=\"next\", where there is one.", "string"),
            401 => ("WWW-Authenticate", "How to send a token.", "string"),
            429 | 503 => ("Retry-After", "Seconds to wait.", "integer"),
            _ => return said,
        };
        let (name, about, kind) = header;
        said["headers"] = json!({name: {"description": about, "schema": {"type": kind}}});
        said
    }
}

/// The tokens that do, each by itself; `None` where none is needed nor of use.
fn security(access: Access) -> Option<Value> {
    let roles = match access {
        Access::Probe | Access::Anyone => return None,
        Access::Page | Access::Insights { .. } => READERS,
        Access::Roles(roles) => roles,
        Access::Owner => &[Role::Admin],
    };
    let mut ways: Vec<Value> = roles.iter().map(|role| json!({role.as_str(): []})).collect();
    match access {
        Access::Roles(roles) if roles.contains(&Role::Doctor) => ways.push(json!({"doctorPassword": []})),
        Access::Roles(_) => {}
        Access::Owner => ways.push(json!({"erasureSecret": []})),
        _ => ways.push(json!({"readerPassword": []})),
    }
    if matches!(access, Access::Page | Access::Insights { public: true }) {
        // Nothing will do too.
        ways.push(json!({}));
    }
    Some(ways.into())
}
