//! The description of the API, for programs and for people: both from the same document.

use std::sync::LazyLock;

use http::{HeaderValue, Response, header};
use maud::{Markup, html};
use serde_json::Value;
use wfm_shell::page::Page;

use crate::documents::Document;
use crate::error::Answer;
use crate::openapi;
use crate::reply::{cached, cached_as};
use crate::request::Request;

/// The description never changes while the service runs.
static DESCRIPTION: LazyLock<Document> = LazyLock::new(|| Document::kept(openapi::text()));

/// Nor does the page that is made of it.
static PAGE: LazyLock<Response<Document>> = LazyLock::new(|| {
    let body = body(&openapi::document());
    let page = Page { title: "Workflow versions: the API".into(), style: STYLE, script: "", body };
    page.respond(None).map(Document::kept)
});

/// `GET /openapi.json`.
pub(crate) async fn description(request: Request) -> Answer {
    Ok(cached(DESCRIPTION.clone(), &request.if_none_match(), HeaderValue::from_static("max-age=300")))
}

/// `GET /docs`.
pub(crate) async fn page(request: Request) -> Answer {
    let page = &*PAGE;
    let kind = page.headers()[header::CONTENT_TYPE].clone();
    let caching = page.headers()[header::CACHE_CONTROL].clone();
    let mut answer = cached_as(kind, page.body().clone(), &request.if_none_match(), caching);
    for name in [header::CONTENT_SECURITY_POLICY, header::REFERRER_POLICY] {
        answer.headers_mut().insert(&name, page.headers()[&name].clone());
    }
    Ok(answer)
}

const STYLE: &str = "h3{margin-top:2rem}code.m{font-weight:700;text-transform:uppercase}\
pre,table{overflow-x:auto;display:block;max-width:100%}";

fn body(document: &Value) -> Markup {
    let operations: Vec<(&str, &str, &Value)> = entries(&document["paths"])
        .flat_map(|(path, methods)| entries(methods).map(move |(method, said)| (path, method, said)))
        .collect();
    html! {
        header.top { div.wrap.bar { h1 { (text(&document["info"]["title"])) } } }
        main.wrap {
            p { (text(&document["info"]["description"])) }
            p { "For programs: " a href="openapi.json" { "openapi.json" } " (OpenAPI 3.1). Overview: " a href="./" { "start page" } "." }
            @for tag in document["tags"].as_array().into_iter().flatten() {
                h2 id=(text(&tag["name"])) { (text(&tag["name"])) }
                p { (text(&tag["description"])) }
                @for (path, method, said) in operations.iter().filter(|(_, _, said)| said["tags"][0] == tag["name"]) {
                    (operation(path, method, said))
                }
            }
            h2 id="schemas" { "Schemas" }
            @for (name, schema) in entries(&document["components"]["schemas"]) {
                h3 id=(format!("schema-{name}")) { code { (name) } }
                (shape(schema))
            }
        }
    }
}

fn operation(path: &str, method: &str, said: &Value) -> Markup {
    let roles: Vec<&str> =
        said["security"].as_array().into_iter().flatten().flat_map(entries).map(|(role, _)| role).collect();
    html! {
        h3 id=(text(&said["operationId"])) { code.m { (method) } " " code { (path) } }
        p { (text(&said["summary"])) "." @if let Some(more) = said["description"].as_str() { " " (more) } }
        p { "Who may: " @if roles.is_empty() { "anyone" } @else { (roles.join(", ")) } "." }
        @if let Some(parameters) = said["parameters"].as_array() {
            table {
                thead { tr { th { "Parameter" } th { "In" } th { "Meaning" } } }
                tbody { @for parameter in parameters { tr {
                    td { code { (text(&parameter["name"])) } }
                    td { (text(&parameter["in"])) }
                    td { (text(&parameter["description"])) }
                } } }
            }
        }
        @if said["requestBody"].is_object() {
            p { "Body: " (content(&said["requestBody"]["content"])) ". " (text(&said["requestBody"]["description"])) }
        }
        table {
            thead { tr { th { "Answer" } th { "Meaning" } th { "Body" } } }
            tbody { @for (status, answer) in entries(&said["responses"]) { tr {
                td { (status) } td { (text(&answer["description"])) } td { (content(&answer["content"])) }
            } } }
        }
    }
}

fn content(content: &Value) -> Markup {
    html! {
        @for (kind, content) in entries(content) { (kind) " " (reference(&content["schema"])) " " }
    }
}

/// A schema in a few words, with a link to where it is told in full.
fn reference(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return html! { a href=(format!("#schema-{name}")) { code { (name) } } };
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ if schema["enum"].is_array() => "one of a list".into(),
        _ if schema.get("const").is_some() => schema["const"].to_string(),
        _ => "anything".into(),
    };
    let choices: Vec<&Value> =
        ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten().collect();
    html! {
        @if choices.is_empty() {
            (kind)
            @if schema["items"].is_object() { " of " (reference(&schema["items"])) }
        } @else {
            @for (at, choice) in choices.iter().enumerate() { @if at > 0 { ", " } (reference(choice)) }
        }
    }
}

fn shape(schema: &Value) -> Markup {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    html! {
        @if let Some(about) = schema["description"].as_str() { p { (about) } }
        @if schema["properties"].is_object() {
            table {
                thead { tr { th { "Field" } th { "Value" } th { "Meaning" } } }
                tbody { @for (name, field) in entries(&schema["properties"]) { tr {
                    td { code { (name) } @if required.contains(&name) { " (required)" } }
                    td { (reference(field)) }
                    td { (text(&field["description"])) }
                } } }
            }
        } @else {
            p { (reference(schema)) @if let Some(pattern) = schema["pattern"].as_str() { " like " code { (pattern) } } }
        }
    }
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::ROUTES;

    #[test]
    fn every_route_is_on_the_page_and_nothing_is_asked_of_another_origin() {
        let page = body(&openapi::document()).into_string();
        for route in ROUTES {
            assert!(page.contains(&format!("<code>{}</code>", route.path)), "{}", route.path);
        }
        assert!(!page.contains("src=") && !page.contains("//"), "links are relative");
        assert!(!page.contains(">null<"));
    }

    #[test]
    fn every_link_leads_somewhere() {
        let page = body(&openapi::document()).into_string();
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
    }
}
