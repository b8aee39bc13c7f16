//! `/sunshine` 阳光公示: the public's view, without a login: sums by village and month, small numbers withheld, no
//! person, no link into the other pages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use analytics::{Period, metric_rows, records};
use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderValue, Uri};
use axum::response::{Html, IntoResponse, Response};
use futures::try_join;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use queries::Breakdown;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::figures::Table;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Link};
use crate::i18n::Lang;
use crate::place::Places;
use crate::request::{Ask, link};
use crate::sheet::{About, answer};
use crate::state::App;
use crate::theme::Theme;

mod lines;
mod month;
mod withhold;

use lines::Line;
use withhold::Counts;

/// How long a month that was read is shown again without asking the lake.
const KEPT: SignedDuration = SignedDuration::from_secs(60);
/// Months that are kept.
const MOST: usize = 64;
/// The months that were read lately, shared by all requests.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<HashMap<String, (Timestamp, Arc<Published>)>>);

/// One month as it is published.
#[derive(Debug)]
struct Published {
    /// Its first day and the instant as of which it stands; none before the first.
    month: Option<(Date, Timestamp)>,
    places: Places,
    lines: Vec<Line>,
    /// The months beside it that are published too.
    before: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "sunshine.html")]
struct Page {
    t: Lang,
    theme: Option<&'static str>,
    switches: Vec<Link>,
    month: String,
    as_of: String,
    is_empty: bool,
    table: String,
    before: Option<String>,
    after: Option<String>,
    xlsx_href: String,
    csv_href: String,
}

#[derive(Deserialize)]
struct Volume {
    bucket: Option<String>,
    received_n: i64,
    closed_n: i64,
}

#[derive(Deserialize)]
struct DueOnTime {
    bucket: Option<String>,
    due_n: i64,
    on_time_n: i64,
}

#[derive(Deserialize)]
struct Satisfaction {
    bucket: Option<String>,
    rated_n: i64,
    satisfied_n: i64,
}

impl Shelf {
    fn get(&self, wanted: &str, now: Timestamp) -> Option<Arc<Published>> {
        let held = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (read_at, published) = held.get(wanted)?;
        (read_at.duration_until(now) < KEPT).then(|| published.clone())
    }

    fn put(&self, wanted: &str, now: Timestamp, published: &Arc<Published>) {
        let mut held = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(wanted.to_owned(), (now, published.clone()));
    }
}

/// Whether an address is one for the public.
pub(crate) fn is_public(uri: &Uri) -> bool {
    is_public_path(uri.path())
}

/// Whether a path is one for the public.
pub(crate) fn is_public_path(path: &str) -> bool {
    ["/sunshine", "/sunshine.csv", "/sunshine.xlsx"].contains(&path)
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let published = published(&app, &ask).await?;
    let t = ask.lang();
    let to = |month: &Option<String>| month.as_ref().map(|month| ask.with(&[("month", month)]));
    let (month, as_of) = words(&published, t, app.engine.zone());
    let wanted = published.month.map(|(month, _)| month::name(month)).unwrap_or_default();
    let file = |path: &str, about: &str| link(path, &[("month", wanted.clone()), ("about", about.to_owned())]);
    let page = Page {
        t,
        theme: ask.lens.theme.map(Theme::param),
        switches: switches(&ask),
        is_empty: published.lines.is_empty(),
        table: table(&published, t, &month).html(t, app.engine.zone())?,
        month,
        as_of,
        before: to(&published.before),
        after: to(&published.after),
        xlsx_href: file("/sunshine.xlsx", ""),
        csv_href: file("/sunshine.csv", "1"),
    };
    Ok(public(Html(page.render()?).into_response()))
}

/// The same table as a file.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let published = published(&app, &ask).await?;
    let (t, zone) = (ask.lang(), app.engine.zone());
    let (month, as_of) = words(&published, t, zone);
    let about = About {
        lines: vec![
            (t.say("about-table"), month),
            (t.say("sunshine-as-of"), as_of),
            (t.say("about-note"), t.say("sunshine-note")),
        ],
    };
    let at = published.month.map_or_else(|| app.engine.clock().now(), |(_, at)| at);
    let table = table(&published, t, &t.say("nav-sunshine"));
    Ok(public(answer(&app, &ask, table.file("sunshine", about, t, (zone, at))).await?))
}

/// The month and the instant as of which it stands; empty before the first.
fn words(published: &Published, t: Lang, zone: &TimeZone) -> (String, String) {
    let Some((month, at)) = published.month else {
        return (String::new(), String::new());
    };
    (t.tell("sunshine-month", &[("month", &month::name(month))]), format::stamp(zone, at))
}

/// Shared caches may keep it; language and theme are chosen by two headers.
fn public(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

fn table(published: &Published, t: Lang, caption: &str) -> Table {
    lines::table(&published.lines, &published.places, t, caption)
}

fn switches(ask: &Ask) -> Vec<Link> {
    let switch = |(lang, text): (Lang, &str)| Link {
        href: ask.with(&[("lang", lang.param())]),
        text: text.to_owned(),
        current: lang == ask.lang(),
    };
    [(Lang::Zh, "中文"), (Lang::En, "English")].map(switch).to_vec()
}

/// The month of the address. Nothing else in the address counts: looks at other times, days or places could be
/// subtracted from each other.
async fn published(app: &App, ask: &Ask) -> Result<Arc<Published>, HttpError> {
    let (wanted, now) = (ask.value("month").unwrap_or_default(), app.engine.clock().now());
    if let Some(published) = app.published.get(wanted, now) {
        return Ok(published);
    }
    let published = Arc::new(read(app, ask, wanted, now).await?);
    app.published.put(wanted, now, &published);
    Ok(published)
}

async fn read(app: &App, ask: &Ask, wanted: &str, now: Timestamp) -> Result<Published, HttpError> {
    let open = |as_of: Option<Timestamp>| Context::open(app.clone(), ask.published(as_of));
    let none = || Published { month: None, places: Places::default(), lines: Vec::new(), before: None, after: None };
    let present = match open(None).await {
        Err(HttpError::EmptyLake) => return Ok(none()),
        present => present?,
    };
    let Some(month) = month::asked(&present, wanted, now)? else {
        return Ok(none());
    };
    let context = open(Some(month::published_at(&present, month))).await?;
    let period = Period { from: month, to: month.saturating_add(1.month()) };
    let (volumes, dues, ratings) = try_join!(
        figures::<Volume>(&context, "M01", period),
        figures::<DueOnTime>(&context, "M03", period),
        figures::<Satisfaction>(&context, "M17", period),
    )?;
    let mut counts: HashMap<String, Counts> = HashMap::new();
    for Volume { bucket, received_n, closed_n } in volumes {
        let held = counts.entry(bucket.unwrap_or_default()).or_default();
        (held.received, held.decided) = (received_n, closed_n);
    }
    for DueOnTime { bucket, due_n, on_time_n } in dues {
        let held = counts.entry(bucket.unwrap_or_default()).or_default();
        (held.due, held.on_time) = (due_n, on_time_n);
    }
    for Satisfaction { bucket, rated_n, satisfied_n } in ratings {
        let held = counts.entry(bucket.unwrap_or_default()).or_default();
        (held.rated, held.satisfied) = (rated_n, satisfied_n);
    }
    let beside = |month: Date| month::asked(&present, &month::name(month), now).ok().flatten().map(month::name);
    Ok(Published {
        lines: lines::lines(&context.places, month, &counts),
        month: Some((month, context.session.as_of())),
        before: beside(month.saturating_sub(1.month())),
        after: beside(month.saturating_add(1.month())),
        places: context.places,
    })
}

async fn figures<T: DeserializeOwned>(context: &Context, id: &str, period: Period) -> Result<Vec<T>, HttpError> {
    let Some(metric) = queries::find(id) else {
        return Ok(Vec::new());
    };
    Ok(records(&metric_rows(&context.session, metric, period, Breakdown::Village).await?)?)
}
