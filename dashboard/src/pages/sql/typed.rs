//! What stands in the form: as somebody typed it, or as a link names it.

use analytics::Param;
use queries::Breakdown;

use crate::error::HttpError;
use crate::frame::Context;
use crate::request::{Ask, Fields};
use crate::sql::asked::{has_param, lines};
use crate::sql::chart::Kind;
use crate::sql::{Asked, Trouble, Wanted, saved};
use crate::state::App;

/// What the form says of itself before anybody has typed.
const FIRST: &str = "show tables";
/// Characters of a statement in an address.
const MOST_IN_ADDRESS: usize = 8000;
/// Pages of an answer without script; who wants more takes a file.
const MOST_PAGES: u64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) sql: String,
    /// A line for each parameter.
    pub(super) params: String,
    pub(super) title: String,
    pub(super) is_shared: bool,
    pub(super) chart: Option<Kind>,
    pub(super) x: String,
    pub(super) y: String,
    /// From 1.
    pub(super) page: u64,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            sql: FIRST.to_owned(),
            params: String::new(),
            title: String::new(),
            is_shared: false,
            chart: None,
            x: String::new(),
            y: String::new(),
            page: 1,
        }
    }
}

impl Typed {
    pub(super) async fn of_address(app: &App, ask: &Ask) -> Result<Self, HttpError> {
        let mut typed = Self { params: ask.value("p").unwrap_or_default().to_owned(), ..Self::default() };
        if let Some(id) = ask.value("saved") {
            let saved = saved::one(app, &ask.visitor, id).await?.ok_or_else(|| HttpError::missing("query", id))?;
            typed.keep_params(saved.params);
            (typed.sql, typed.title, typed.is_shared) = (saved.sql, saved.title, saved.is_shared);
        } else if let Some(id) = ask.value("asked") {
            let past = match id.parse() {
                Ok(id) => saved::asked(app, &ask.visitor, id).await?,
                Err(_) => None,
            };
            let past = past.ok_or_else(|| HttpError::missing("query", id))?;
            typed.keep_params(past.params);
            typed.sql = past.sql;
        } else if let Some(id) = ask.value("metric") {
            typed.sql = metric(id, ask.value("by").unwrap_or("all"))?;
        } else if let Some(name) = ask.value("table") {
            typed.sql = format!("select *\nfrom {}\nlimit 100", quoted(name));
        } else if let Some(sql) = ask.value("sql") {
            typed.sql = sql.chars().take(MOST_IN_ADDRESS).collect();
        }
        Ok(typed)
    }

    pub(super) fn sent(sent: &Fields) -> Result<Self, HttpError> {
        let text = |name: &str| sent.text(name).replace("\r\n", "\n");
        let page = match sent.text("page") {
            "" => 1,
            page => {
                let number = page.parse().ok().filter(|page: &u64| (1..=MOST_PAGES).contains(page));
                number.ok_or_else(|| HttpError::bad_value("page", page))?
            }
        };
        Ok(Self {
            sql: text("sql"),
            params: text("params"),
            title: text("title"),
            is_shared: !sent.text("shared").is_empty(),
            chart: Kind::parse(sent.text("chart")),
            x: text("x"),
            y: text("y"),
            page,
        })
    }

    /// Those of the link go before those that were saved.
    fn keep_params(&mut self, saved: String) {
        if self.params.is_empty() {
            self.params = saved;
        }
    }

    /// The question, of at most so many rows. `$from`, `$to` (exclusive) and `$region` (a pattern for `like`) are those
    /// of the page's filters where nobody types others.
    pub(super) fn asked(&self, context: &Context, rows: Option<u64>) -> Result<Asked, Trouble> {
        let wanted = Wanted { sql: self.sql.clone(), rows, ..Wanted::default() };
        let mut asked = wanted.asked(context.zone(), context.session.as_of(), u64::MAX)?;
        asked.as_of = context.ask.filters.as_of;
        asked.params = lines(&self.params)?;
        let (from, to) = context.ask.filters.period(context.today);
        for (name, value) in [("from", Param::Date(from)), ("to", Param::Date(to)), ("region", context.region())] {
            if has_param(&self.sql, name) && asked.params.iter().all(|(known, _)| known != name) {
                asked.params.push((name.to_owned(), value));
            }
        }
        asked.checked()
    }

    /// Refuses to keep what is no query with a name.
    pub(super) fn keepable(&self) -> Result<(), Trouble> {
        if self.title.trim().is_empty() || self.sql.trim().is_empty() {
            return Err(Trouble::misasked("a query that is kept needs a name and a statement"));
        }
        lines(&self.params).map(drop)
    }
}

/// The text of a metric, ready to be changed.
fn metric(id: &str, by: &str) -> Result<String, HttpError> {
    let metric = queries::find(id).ok_or_else(|| HttpError::missing("metric", id))?;
    let by: Breakdown = by.parse().map_err(|_| HttpError::bad_value("by", by))?;
    metric.sql_by(by).map_err(|_| HttpError::bad_value("by", by.as_str()))
}

/// A name as SQL reads it, whatever it holds: `schema.table` or `table`.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let part = |part: &str| match is_plain(part) {
        true => part.to_owned(),
        false => format!("\"{}\"", part.replace('"', "\"\"")),
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_a_statement() {
        assert_eq!(quoted("lake.card"), "lake.card");
        assert_eq!(quoted("card; drop"), "\"card; drop\"");
        assert_eq!(quoted("a\"b.C"), "\"a\"\"b\".\"C\"");
    }

    #[test]
    fn the_text_of_a_metric_is_ready_to_be_asked() {
        let sql = metric("M03", "county").expect("text");
        assert!(has_param(&sql, "from") && has_param(&sql, "to"), "{sql}");
        assert!(matches!(metric("M99", "all"), Err(HttpError::Missing { .. })));
        assert!(matches!(metric("M03", "moon"), Err(HttpError::BadValue { .. })));
    }

    #[test]
    fn what_is_kept_has_a_name_and_parameters_that_can_be_read() {
        let typed = Typed { title: "x".into(), ..Typed::default() };
        assert!(typed.keepable().is_ok());
        assert!(Typed { params: "from".into(), ..typed.clone() }.keepable().is_err());
        assert!(Typed { title: " ".into(), ..typed }.keepable().is_err());
    }
}
