//! The page as its template shows it.

use analytics::{AskLimits, Right, TableDoc};
use askama::Template;
use queries::METRICS;

use super::result::View;
use super::typed::Typed;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::request::encode;
use crate::sql::asked::SHOWN;
use crate::sql::chart::Kind;
use crate::sql::saved::{self, MOST_TITLE, Past, Saved};
use crate::sql::{Form, Trouble};

/// Characters of a statement in the history.
const LINE: usize = 120;

/// What came of what was sent.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) trouble: Option<Trouble>,
    pub(super) result: Option<View>,
    /// SVG of ours.
    pub(super) picture: String,
    /// Why there is none.
    pub(super) no_picture: String,
    pub(super) plan: String,
}

/// A choice of the form.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) text: String,
    pub(super) selected: bool,
}

/// A name with a link and a line about it.
pub(super) struct Entry {
    pub(super) href: String,
    pub(super) text: String,
    pub(super) about: String,
}

/// A query that is kept.
pub(super) struct Kept {
    id: String,
    entry: Entry,
}

/// What went wrong, with its place.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) place: String,
    /// The line of the statement, and what stands under it to point at the column.
    pub(super) line: String,
    pub(super) pointer: String,
    pub(super) trace: String,
}

#[derive(Template)]
#[template(path = "sql.html")]
pub(super) struct Page {
    frame: Frame,
    action: String,
    catalog: String,
    draw: String,
    csrf: String,
    sql: String,
    params: String,
    title: String,
    is_shared: bool,
    most_title: usize,
    charts: Vec<Choice>,
    x: String,
    y: String,
    files: Vec<&'static str>,
    limits: String,
    /// The period and region of the filters, as parameters of the script's questions.
    given: Vec<(&'static str, String)>,
    as_of: String,
    rows: u64,
    told: Option<Told>,
    result: Option<View>,
    picture: String,
    no_picture: String,
    plan: String,
    kept: Vec<Kept>,
    past: Vec<Entry>,
    tables: Vec<Entry>,
    metrics: Vec<Entry>,
    api: String,
}

impl Page {
    pub(super) async fn new(context: &Context, typed: &Typed, shown: Shown) -> Result<Self, HttpError> {
        let (t, ask, app) = (context.lang(), &context.ask, &context.app);
        let visitor = &ask.visitor;
        let tables = app.engine.catalog(&visitor.principal, ask.filters.as_of).await?;
        let (kept, past) = futures::try_join!(saved::list(app, visitor), saved::history(app, visitor))?;
        let (from, to) = ask.filters.period(context.today);
        let may_export = visitor.principal.may(Right::Export);
        let files = Form::ALL.into_iter().filter(|form| form.is_file() && may_export);
        let none = Choice { value: "", text: t.say("sql-chart-none"), selected: typed.chart.is_none() };
        let chart = |kind: Kind| Choice {
            value: kind.as_str(),
            text: t.code("sql-chart", kind.as_str()),
            selected: typed.chart == Some(kind),
        };
        Ok(Self {
            frame: context.frame(Nav::Sql, t.say("nav-sql"), &[]),
            action: ask.link("/sql", &[]),
            catalog: ask.link("/sql/catalog.json", &[]),
            draw: ask.link("/sql/chart", &[]),
            csrf: visitor.csrf.clone(),
            sql: typed.sql.clone(),
            params: typed.params.clone(),
            title: typed.title.clone(),
            is_shared: typed.is_shared,
            most_title: MOST_TITLE,
            charts: [none].into_iter().chain(Kind::ALL.map(chart)).collect(),
            x: typed.x.clone(),
            y: typed.y.clone(),
            files: files.map(Form::ending).collect(),
            limits: limits(t),
            given: vec![("from", from.to_string()), ("to", to.to_string()), ("region", ask.filters.region.pattern())],
            as_of: ask.filters.as_of.map(|at| at.to_string()).unwrap_or_default(),
            rows: SHOWN,
            told: shown.trouble.as_ref().map(|trouble| told(t, &typed.sql, trouble)),
            result: shown.result,
            picture: shown.picture,
            no_picture: shown.no_picture,
            plan: shown.plan,
            kept: kept.into_iter().map(|query| keep(context, query)).collect(),
            past: past.iter().map(|past| gone(context, past)).collect(),
            tables: tables.iter().map(|table| entry(context, table)).collect(),
            metrics: metrics(context),
            api: ask.link("/api", &[]),
        })
    }
}

/// What a question may take, in words.
fn limits(t: Lang) -> String {
    let most = AskLimits::default();
    let count = |n: u64| format::count(t, i64::try_from(n).unwrap_or(i64::MAX));
    let (rows, file, seconds) = (count(SHOWN.min(most.rows)), count(most.rows), most.seconds.to_string());
    let memory = count(most.bytes / (1024 * 1024));
    t.tell("sql-limits", &[("rows", &rows), ("file", &file), ("seconds", &seconds), ("memory", &memory)])
}

fn told(t: Lang, sql: &str, trouble: &Trouble) -> Told {
    let mut told = Told {
        text: trouble.detail.clone(),
        place: String::new(),
        line: String::new(),
        pointer: String::new(),
        trace: trouble.trace.clone().unwrap_or_default(),
    };
    if let Some((line, column)) = trouble.place {
        told.place = t.tell("sql-place", &[("line", &line.to_string()), ("column", &column.to_string())]);
        let at = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        if let Some(text) = sql.lines().nth(at) {
            let before = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
            // A Chinese character is as wide as two.
            let width = |c: char| if c.is_ascii() { 1 } else { 2 };
            told.pointer = " ".repeat(text.chars().take(before).map(width).sum::<usize>()) + "^";
            told.line = text.to_owned();
        }
    }
    told
}

/// The name of a table where it stands, as SQL asks for it.
pub(super) fn full_name(table: &TableDoc) -> String {
    if table.schema == "public" { table.name.clone() } else { format!("{}.{}", table.schema, table.name) }
}

fn entry(context: &Context, table: &TableDoc) -> Entry {
    let name = full_name(table);
    Entry {
        href: context.ask.link(&format!("/sql/tables/{}", encode(&name)), &[]),
        about: table.about.clone(),
        text: name,
    }
}

fn metrics(context: &Context) -> Vec<Entry> {
    let t = context.lang();
    let entry = |metric: &queries::Metric| {
        let title = if t == Lang::Zh { metric.title_zh() } else { metric.title_en() };
        Entry {
            href: context.ask.link("/sql", &[("metric", metric.id)]),
            text: format!("{} {title}", metric.id),
            about: metric.name().to_owned(),
        }
    };
    METRICS.iter().map(entry).collect()
}

fn keep(context: &Context, query: Saved) -> Kept {
    let t = context.lang();
    let shared = if query.is_shared { format!(" · {}", t.say("sql-is-shared")) } else { String::new() };
    Kept {
        entry: Entry {
            href: context.ask.link("/sql", &[("saved", &query.id)]),
            text: query.title,
            about: format!("{}{shared}", format::stamp(context.zone(), query.saved_at)),
        },
        id: query.id,
    }
}

fn gone(context: &Context, past: &Past) -> Entry {
    let t = context.lang();
    let outcome = t.code("sql-outcome", past.outcome.as_str());
    let rows = format::count(t, i64::try_from(past.rows).unwrap_or(i64::MAX));
    let line: String = past.sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LINE).collect();
    Entry {
        href: context.ask.link("/sql", &[("asked", &past.id.to_string())]),
        text: line,
        about: format!("{} · {outcome} · n={rows} · {} ms", format::stamp(context.zone(), past.asked_at), past.millis),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn a_mistake_is_shown_at_its_place() {
        let trouble = Trouble { place: Some((2, 4)), ..Trouble::new(StatusCode::BAD_REQUEST, "sql", "no such column") };
        let shown = told(Lang::En, "select\n村 x moon\nfrom card", &trouble);
        assert_eq!((shown.line.as_str(), shown.pointer.as_str()), ("村 x moon", "    ^"));
        assert!(shown.place.contains('2') && shown.place.contains('4'), "{}", shown.place);
        let beyond = Trouble { place: Some((9, 1)), ..trouble };
        assert_eq!(told(Lang::Zh, "select 1", &beyond).line, "");
    }

    #[test]
    fn every_outcome_and_picture_has_its_words() {
        for lang in [Lang::Zh, Lang::En] {
            for outcome in saved::Outcome::ALL {
                assert_ne!(lang.code("sql-outcome", outcome.as_str()), outcome.as_str());
            }
            for kind in Kind::ALL {
                assert_ne!(lang.code("sql-chart", kind.as_str()), kind.as_str());
            }
        }
    }

    #[test]
    fn the_limits_are_those_of_the_engine() {
        for lang in [Lang::Zh, Lang::En] {
            assert!(limits(lang).contains(&AskLimits::default().seconds.to_string()), "{}", limits(lang));
        }
    }
}
