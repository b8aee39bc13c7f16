//! `GET /api/openapi.json`: what machines may ask, and `/api`, the same for people.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::error::HttpError;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::pages::page;
use crate::request::Ask;
use crate::state::App;

/// OpenAPI 3.1, as it is served; texts in Chinese stand beside the others, under `x-zh`.
const DOCUMENT: &str = include_str!("../../assets/openapi.json");

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    frame: Frame,
    about: String,
    calls: Vec<Call>,
    kinds: Vec<Kind>,
}

/// One method of one address.
struct Call {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: String,
    params: Vec<Field>,
    bodies: String,
    answers: Vec<(String, String)>,
}

/// An object that is sent or answered.
struct Kind {
    name: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: String,
    about: String,
}

pub(crate) async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "max-age=300")], DOCUMENT).into_response()
}

/// The page for people.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let document: Value = serde_json::from_str(DOCUMENT).map_err(HttpError::Json)?;
    page(&Page {
        frame: context.frame(Nav::Sql, t.say("api-title"), &[]),
        about: told(t, &document["info"], "description"),
        calls: calls(t, &document),
        kinds: kinds(&document),
    })
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A text of the document in the language of the page, where it has both.
fn told(t: Lang, value: &Value, name: &str) -> String {
    let zh = value["x-zh"].as_str().filter(|_| t == Lang::Zh);
    zh.map_or_else(|| text(&value[name]), str::to_owned)
}

fn calls(t: Lang, document: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, call) in entries(methods) {
            let param = |param: &Value| Field {
                name: text(&param["name"]),
                kind: kind(&param["schema"]),
                about: told(t, param, "description"),
            };
            let bodies = entries(&call["requestBody"]["content"]).map(|(kind, _)| kind.clone());
            calls.push(Call {
                id: text(&call["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: told(t, call, "summary"),
                about: text(&call["description"]),
                params: call["parameters"].as_array().into_iter().flatten().map(param).collect(),
                bodies: bodies.collect::<Vec<_>>().join(", "),
                answers: entries(&call["responses"])
                    .map(|(status, answer)| (status.clone(), answered(document, answer)))
                    .collect(),
            });
        }
    }
    calls
}

/// What an answer means, here or where it points to.
fn answered(document: &Value, answer: &Value) -> String {
    let named = answer["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    match named {
        Some(name) => text(&document["components"]["responses"][name]["description"]),
        None => text(&answer["description"]),
    }
}

fn kinds(document: &Value) -> Vec<Kind> {
    let field = |(name, value): (&String, &Value)| Field {
        name: name.clone(),
        kind: kind(value),
        about: text(&value["description"]),
    };
    let kinds = entries(&document["components"]["schemas"])
        .map(|(name, value)| Kind { name: name.clone(), fields: entries(&value["properties"]).map(field).collect() });
    kinds.collect()
}

/// A type in a few words.
fn kind(schema: &Value) -> String {
    let words = |value: &Value| match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        value => text(value),
    };
    if !schema["enum"].is_null() {
        return words(&schema["enum"]);
    }
    match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(name) => name.to_owned(),
        None => [words(&schema["type"]), text(&schema["format"])].join(" ").trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Method and path of each route for machines, as the router has them.
    fn routes() -> BTreeSet<String> {
        let router = include_str!("../lib.rs");
        let routes = router.lines().filter_map(|line| line.trim().strip_prefix(".route(\"/api/"));
        let route = |line: &str| {
            let (path, rest) = line.split_once('"').expect("a path");
            let method = rest.trim_start_matches(", ").split('(').next().expect("a method").to_owned();
            format!("{method} /api/{path}")
        };
        routes.map(route).collect()
    }

    fn document() -> Value {
        serde_json::from_str(DOCUMENT).expect("JSON")
    }

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let document = document();
        let calls = entries(&document["paths"])
            .flat_map(|(path, methods)| entries(methods).map(move |(method, _)| format!("{method} {path}")));
        let calls: BTreeSet<String> = calls.collect();
        assert!(calls.len() >= 4, "{calls:?}");
        assert_eq!(calls, routes());
    }

    #[test]
    fn whatever_the_document_points_to_is_there() {
        let document = document();
        let mut waiting = vec![&document];
        let mut seen = 0;
        while let Some(value) = waiting.pop() {
            if let Some(path) = value["$ref"].as_str() {
                let place = path.strip_prefix('#').expect("within the document");
                assert!(document.pointer(place).is_some(), "{path}");
                seen += 1;
            }
            match value {
                Value::Object(all) => waiting.extend(all.values()),
                Value::Array(all) => waiting.extend(all),
                _ => {}
            }
        }
        assert!(seen > 10, "only {seen} references");
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn people_read_it_in_their_language() {
        let document = document();
        for lang in [Lang::Zh, Lang::En] {
            let calls = calls(lang, &document);
            assert!(
                calls.iter().all(|call| !call.summary.is_empty() && !call.answers.is_empty() && !call.id.is_empty())
            );
            let metric = calls.iter().find(|call| call.id == "metric").expect("the metric");
            assert!(metric.params.iter().all(|param| !param.about.is_empty()));
            assert!(metric.answers.iter().all(|(status, told)| status.len() == 3 && !told.is_empty()));
        }
    }

    #[test]
    fn the_forms_and_parameters_are_those_of_the_program() {
        let document = document();
        let forms = entries(&document["paths"]["/api/v1/sql"]["post"]["responses"]["200"]["content"]);
        let forms: BTreeSet<&str> = forms.map(|(form, _)| form.as_str()).collect();
        assert_eq!(forms, crate::sql::Form::ALL.map(crate::sql::Form::media).into_iter().collect());
        let question = &document["components"]["schemas"]["Question"]["properties"];
        for (name, _) in entries(question) {
            let wrong = serde_json::json!({ name: [] });
            let told = serde_json::from_value::<crate::sql::Wanted>(wrong).expect_err("no list").to_string();
            assert!(!told.contains("unknown field"), "{name}: {told}");
        }
    }
}
