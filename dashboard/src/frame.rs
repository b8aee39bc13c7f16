//! What every page is given and carries: the session it reads, its head with the clock and the
//! freshness lamp, the filters, the banners.

use analytics::{Basis, Param, Period, Session, Why};
use futures::try_join;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use queries::panel;
use serde::Deserialize;

use crate::error::HttpError;
use crate::format;
use crate::format::due::Now;
use crate::i18n::Lang;
use crate::place::{Choice, Places, Village};
use crate::request::Ask;
use crate::sheet::About;
use crate::state::App;
use crate::theme::Theme;
use crate::work_days::WorkDays;

mod coded;
mod nav;
mod past;

use coded::{Coded, Pick};
pub(crate) use nav::{Nav, own};

/// One row of panel `lamp`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LampRow {
    pub(crate) villages: i64,
    pub(crate) villages_today: i64,
    pub(crate) first_day: Option<Date>,
    pub(crate) sources: i64,
    pub(crate) batches: i64,
    pub(crate) watermark: Option<Timestamp>,
    pub(crate) last_batch_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct CalendarRow {
    day: Date,
    is_workday: bool,
    name: Option<String>,
}

/// What a page asks with.
pub(crate) struct Context {
    pub(crate) app: App,
    pub(crate) ask: Ask,
    pub(crate) session: Session,
    /// The day of `as_of` in the lake's zone.
    pub(crate) today: Date,
    pub(crate) lamp: LampRow,
    pub(crate) places: Places,
    /// Those of the directory, and the items of the catalogue, in the order of their codes.
    pub(crate) organizations: Vec<Coded>,
    pub(crate) items: Vec<Coded>,
    /// The latest event before anything was read.
    beat: String,
}

/// A link with its text.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) current: bool,
}

/// A line across the page.
#[derive(Debug, Clone)]
pub(crate) struct Banner {
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) links: Vec<Link>,
}

/// The filters as a form.
#[derive(Debug, Clone)]
pub(crate) struct FilterForm {
    pub(crate) action: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) regions: Vec<Choice>,
    /// Department and item, where the page heeds them.
    pub(crate) picks: Vec<Pick>,
    /// As a field for local date and time takes it; empty for now.
    pub(crate) as_of: String,
    /// The end of the day before, and, from a past day, that of the day after.
    pub(crate) days: Vec<Link>,
    /// Values of this page that the form keeps.
    pub(crate) keep: Vec<(&'static str, String)>,
    pub(crate) reset: String,
}

/// Everything around a page's content.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) t: Lang,
    pub(crate) title: String,
    pub(crate) theme: Option<&'static str>,
    pub(crate) home: String,
    pub(crate) nav: Vec<Link>,
    pub(crate) as_of: String,
    pub(crate) lamp_class: &'static str,
    pub(crate) lamp: String,
    pub(crate) lamp_title: String,
    pub(crate) banners: Vec<Banner>,
    pub(crate) switches: Vec<Link>,
    pub(crate) filter: FilterForm,
    /// Filters that a search takes along.
    pub(crate) search: Vec<(&'static str, String)>,
    /// Whether the page keeps itself up to date.
    pub(crate) live: bool,
    /// What its main part goes by, of what `/live` names; empty where its sections say so themselves.
    pub(crate) stale: &'static str,
    /// The page's own address.
    pub(crate) here: String,
    /// The id of the latest event that the page stands on.
    pub(crate) beat: String,
    /// What the figures of the period are made of.
    pub(crate) basis: String,
    /// The table versions that were read.
    pub(crate) versions: String,
    /// The filters in words, for paper.
    pub(crate) scope: String,
    /// What a page that is to be printed is, in the place of everything that is clicked; empty for others.
    pub(crate) print: Vec<(String, String)>,
    /// The same page for the screen.
    pub(crate) screen: String,
}

impl Frame {
    /// The frame of a page with all rows of a table, as it is printed.
    pub(crate) fn printed(mut self, about: About) -> Self {
        self.print = about.lines;
        self.live = false;
        self
    }
}

impl Context {
    /// Opens a session for a request and reads what every page needs.
    ///
    /// # Errors
    ///
    /// [`HttpError::EmptyLake`] before the first batch.
    pub(crate) async fn open(app: App, ask: Ask) -> Result<Self, HttpError> {
        let beat = app.pulse.id();
        let mut session = app.engine.session(&ask.visitor.principal, ask.filters.as_of).await?;
        // What is in motion now; a past time is asked of all cases.
        if ask.filters.as_of.is_none() {
            app.engine.recall(&mut session).await?;
        }
        let (today, _) = format::local(session.zone(), session.as_of());
        let midnight = session.zone().to_timestamp(today.to_datetime(Time::midnight())).unwrap_or(session.as_of());
        let (lamp_sql, lamp_params) = match ask.filters.as_of {
            None => (panel::LAMP, [("today", Param::Date(today))]),
            Some(_) => (panel::LAMP_PAST, [("day_start", Param::Instant(midnight))]),
        };
        let (lamp, villages, mut organizations, mut items) = try_join!(
            session.rows::<LampRow>(lamp_sql, &lamp_params),
            session.rows::<Village>(panel::REGIONS, &[]),
            session.rows::<Coded>(panel::ORGANIZATIONS, &[]),
            session.rows::<Coded>(panel::ITEMS, &[]),
        )?;
        organizations.sort_by(|left, right| left.code.cmp(&right.code));
        items.sort_by(|left, right| left.code.cmp(&right.code));
        let lamp = lamp.into_iter().next().ok_or(HttpError::EmptyLake)?;
        // Nothing known at a past time is an answer; nothing known now is an empty lake.
        if lamp.batches == 0 && ask.filters.as_of.is_none() {
            return Err(HttpError::EmptyLake);
        }
        Ok(Self { app, ask, session, today, lamp, places: Places::new(villages), organizations, items, beat })
    }

    pub(crate) fn lang(&self) -> Lang {
        self.ask.lang()
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        self.session.zone()
    }

    /// For telling the time left.
    pub(crate) fn now<'a>(&'a self, days: &'a WorkDays) -> Now<'a> {
        Now { lang: self.lang(), zone: self.zone(), as_of: self.session.as_of(), days }
    }

    /// `$region` of the panels.
    pub(crate) fn region(&self) -> Param {
        Param::Text(self.ask.filters.region.pattern())
    }

    /// The instant at which a local day begins.
    pub(crate) fn midnight(&self, day: Date) -> Timestamp {
        let midnight = self.zone().to_timestamp(day.to_datetime(Time::midnight()));
        midnight.unwrap_or_else(|_| self.session.as_of())
    }

    /// When cards were issued that the period of the address asks for; all of them without one.
    pub(crate) fn issued(&self) -> (Timestamp, Timestamp) {
        let as_of = self.session.as_of();
        let end = as_of.checked_add(SignedDuration::from_secs(1)).unwrap_or(as_of);
        if !self.ask.filters.has_period() {
            return (Timestamp::UNIX_EPOCH, end);
        }
        let (from, to) = self.ask.filters.period(self.today);
        (self.midnight(from), self.midnight(to))
    }

    /// Up to when the sources have told what happened.
    pub(crate) fn known_until(&self) -> Option<Timestamp> {
        self.lamp.watermark.or(self.lamp.last_batch_at)
    }

    /// The last day of which something can be known.
    pub(crate) fn last_day(&self) -> Date {
        self.known_until().map_or(self.today, |at| format::local(self.zone(), at).0.min(self.today))
    }

    /// Whether a source has told anything of today.
    pub(crate) fn has_news_today(&self) -> bool {
        self.last_day() == self.today || self.lamp.villages_today > 0
    }

    /// The table versions that were read, by name.
    pub(crate) fn versions(&self) -> String {
        let versions = self.session.versions().iter();
        let mut versions: Vec<String> = versions.map(|(table, version)| format!("{table} {version}")).collect();
        versions.sort();
        versions.join(" · ")
    }

    /// The period of the address in words; none if it names none.
    pub(crate) fn period_given(&self) -> Option<String> {
        self.ask.filters.has_period().then(|| self.period())
    }

    /// The period in words, be it of the address or the month.
    pub(crate) fn period(&self) -> String {
        let (from, to) = self.ask.filters.period(self.today);
        self.days_told(from, to)
    }

    /// Days in words, half open as they are here.
    pub(crate) fn days_told(&self, from: Date, to: Date) -> String {
        let (t, last) = (self.lang(), to.yesterday().unwrap_or(to));
        t.tell("period-given", &[("first", &format::day_long(t, from)), ("last", &format::day_long(t, last))])
    }

    fn scope(&self) -> String {
        let place = self.places.name(&self.ask.filters.region, self.lang());
        let as_of = format::moment_long(self.lang(), self.zone(), self.session.as_of());
        let as_of = format!("{} {as_of}", self.lang().say("filter-as-of"));
        self.period_given().into_iter().chain([place, as_of]).collect::<Vec<_>>().join(" · ")
    }

    /// The known days of the lake's calendar and their names, half open.
    pub(crate) async fn calendar(&self, from: Date, to: Date) -> Result<(WorkDays, Vec<(Date, String)>), HttpError> {
        let calendar = self.app.engine.lake_meta().region.clone();
        let params = [("calendar", Param::Text(calendar)), ("from", Param::Date(from)), ("to", Param::Date(to))];
        let rows: Vec<CalendarRow> = self.session.rows(panel::CALENDAR_DAYS, &params).await?;
        let days = WorkDays::new(rows.iter().map(|row| (row.day, row.is_workday)));
        let names = rows.into_iter().filter_map(|row| row.name.map(|name| (row.day, name))).collect();
        Ok((days, names))
    }

    /// What stands around a page's content. `keep` are values of the address that the form of the
    /// filters keeps.
    pub(crate) fn frame(&self, nav: Nav, title: String, keep: &[&'static str]) -> Frame {
        let (t, ask) = (self.lang(), &self.ask);
        let (lamp_class, lamp, lamp_title) = self.lamp_line();
        Frame {
            t,
            title,
            theme: ask.lens.theme.map(Theme::param),
            home: ask.link("/", &[]),
            nav: self.nav(nav),
            as_of: format::moment_long(t, self.zone(), self.session.as_of()),
            lamp_class,
            lamp,
            lamp_title,
            banners: self.banners().into_iter().chain(self.unheeded(nav)).collect(),
            switches: self.switches(),
            filter: self.filter(nav, keep),
            // There an item is what is looked for.
            search: ask
                .filters
                .pairs()
                .into_iter()
                .filter(|(name, value)| !value.is_empty() && *name != "item")
                .collect(),
            live: ask.filters.as_of.is_none() && nav.is_of_now(),
            stale: nav.stale(),
            here: ask.with(&[]),
            beat: self.beat.clone(),
            basis: self.basis_line(nav),
            versions: self.versions(),
            scope: self.scope(),
            print: Vec::new(),
            screen: ask.with(&[("print", "")]),
        }
    }

    /// The freshness lamp: which villages reported, how old the newest batch is.
    fn lamp_line(&self) -> (&'static str, String, String) {
        let (t, lamp) = (self.lang(), &self.lamp);
        let age = self
            .known_until()
            .map_or_else(|| format::NONE.to_owned(), |at| format::age(t, at.duration_until(self.session.as_of())));
        let told = |key: &str| {
            let (all, some) = (format::count(t, lamp.villages), format::count(t, lamp.villages_today));
            t.tell(key, &[("all", &all), ("some", &some), ("age", &age)])
        };
        let watermark = lamp.watermark.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(self.zone(), at));
        let title = t.tell("lamp-title", &[("sources", &lamp.sources.to_string()), ("watermark", &watermark)]);
        match (self.has_news_today(), lamp.villages_today > 0) {
            (true, true) => ("lamp good", told("lamp-villages"), title),
            (true, false) => ("lamp good", told("lamp-fresh"), title),
            (false, _) => ("lamp stale", told("lamp-stale"), title),
        }
    }

    /// What the figures of the period are made of, and why if that is not what it should be.
    fn basis_line(&self, nav: Nav) -> String {
        let (t, (from, to)) = (self.lang(), self.ask.filters.period(self.today));
        if nav.is_of_metrics() {
            return t.say("basis-records");
        }
        match self.session.basis(Period { from, to }) {
            Basis::Recent => t.say("basis-recent"),
            Basis::Marts { until } => t.tell("basis-marts", &[("until", &format::day_long(t, until))]),
            Basis::Cases(Why::Lag(Some(n))) if n > 0 => t.tell("basis-lag", &[("n", &n.to_string())]),
            Basis::Cases(Why::Lag(_)) => t.say("basis-moving"),
            Basis::Cases(Why::Past | Why::Days) => t.say("basis-cases"),
        }
    }

    /// Language and theme.
    fn switches(&self) -> Vec<Link> {
        let t = self.lang();
        let mut links = Vec::new();
        for (lang, text) in [(Lang::Zh, "中文"), (Lang::En, "English")] {
            let href = self.ask.with(&[("lang", lang.param())]);
            links.push(Link { href, text: text.to_owned(), current: lang == t });
        }
        for (theme, key) in
            [(Some(Theme::Light), "theme-light"), (Some(Theme::Dark), "theme-dark"), (None, "theme-auto")]
        {
            let href = self.ask.with(&[("theme", theme.map_or("auto", Theme::param))]);
            links.push(Link { href, text: t.say(key), current: self.ask.lens.theme == theme });
        }
        links
    }

    fn filter(&self, nav: Nav, keep: &[&'static str]) -> FilterForm {
        let filters = &self.ask.filters;
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let as_of = filters.as_of.map(|at| {
            let (day, time) = format::local(self.zone(), at);
            format!("{day}T{:02}:{:02}", time.hour(), time.minute())
        });
        let own = keep.iter().filter_map(|name| self.ask.value(name).map(|value| (*name, value.to_owned())));
        let along = self.taken_along(nav).into_iter().filter(|(name, _)| !keep.contains(name));
        FilterForm {
            action: self.ask.path().to_owned(),
            from: day(filters.from),
            to: day(filters.to),
            regions: self.places.choices(&filters.region, self.lang()),
            picks: self.picks(nav),
            as_of: as_of.unwrap_or_default(),
            days: self.days(),
            keep: own.chain(along).collect(),
            reset: self.ask.path().to_owned(),
        }
    }
}
