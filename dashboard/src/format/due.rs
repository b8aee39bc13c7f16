//! How much time is left, told in working days for limits of whole days (domain §4 point 13).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{clock, day_short, is_day_end, local};
use crate::i18n::Lang;
use crate::work_days::WorkDays;

/// What telling the time left needs besides the due time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now<'a> {
    pub(crate) lang: Lang,
    pub(crate) zone: &'a TimeZone,
    pub(crate) as_of: Timestamp,
    pub(crate) days: &'a WorkDays,
}

impl Now<'_> {
    /// 今日 24:00 到期, 明日 24:00, 剩 3 工作日, 超 1 工作日; hours for a due time within the day.
    pub(crate) fn left(&self, due_on: Option<Date>, due_at: Timestamp) -> String {
        let (due_day, due_time) = local(self.zone, due_at);
        let due_on = due_on.unwrap_or(due_day);
        let (today, _) = local(self.zone, self.as_of);
        let time = clock(due_time);
        if self.as_of > due_at {
            return self.over(due_on, due_at, today);
        }
        if due_on == today {
            let text = self.lang.tell("due-today", &[("time", &time)]);
            return if is_day_end(due_time) { text } else { format!("{text} · {}", self.hours("left-hours", due_at)) };
        }
        if today.tomorrow().is_ok_and(|tomorrow| tomorrow == due_on) {
            return self.lang.tell("due-tomorrow", &[("time", &time)]);
        }
        let day = day_short(self.lang, due_on);
        match self.days.between(today, due_on) {
            Some(n) => self.lang.tell("due-in-days", &[("n", &n.to_string()), ("day", &day), ("time", &time)]),
            None => self.lang.tell("due-on", &[("day", &day), ("time", &time)]),
        }
    }

    /// How old an instant is.
    pub(crate) fn age(&self, at: Timestamp) -> String {
        super::age(self.lang, at.duration_until(self.as_of))
    }

    fn over(&self, due_on: Date, due_at: Timestamp, today: Date) -> String {
        if due_on == today {
            return self.hours("over-hours", due_at);
        }
        match self.days.between(due_on, today) {
            Some(0) => self.lang.say("over-no-day"),
            Some(n) => self.lang.tell("over-days", &[("n", &n.to_string())]),
            None => self.lang.tell("over-since", &[("day", &day_short(self.lang, due_on))]),
        }
    }

    fn hours(&self, key: &str, due_at: Timestamp) -> String {
        let minutes = self.as_of.duration_until(due_at).abs().as_mins();
        let (hours, minutes) = ((minutes / 60).to_string(), (minutes % 60).to_string());
        self.lang.tell(key, &[("h", &hours), ("m", &minutes)])
    }
}
