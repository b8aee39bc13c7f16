//! Suspensions: what of each is deducted, and what they exclude together (domain §4 points 4 to 6).

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Span, Timestamp};

use crate::calendar::{DAY_END, instant, local, office, workdays_after};
use crate::days::Run;
use crate::reason::note;
use crate::{ItemRules, Limit, Reason, StopKind, StopTerms, Unit, WorkCalendar, Zone};

named_enum! {
    /// Why nothing is deducted, or why what is deducted moves nothing (domain §4 points 4 to 6).
    StopNote {
        /// No basis is named.
        NoBasis = "NO_BASIS",
        /// No length was approved.
        NoLength = "NO_LENGTH",
        /// The applicant was not told.
        NoNotice = "NO_NOTICE",
        /// Neither the law nor the item allows the kind.
        KindNotAllowed = "KIND_NOT_ALLOWED",
        /// It ended before it was approved and told, or when it began.
        EndedBefore = "ENDED_BEFORE",
        /// It was approved or told only after its approved length was over.
        CapPassed = "CAP_PASSED",
        /// The clock has no start or no limit.
        NoClock = "NO_CLOCK",
        /// The limit is an explicit due instant, which no stop moves.
        ExplicitDue = "EXPLICIT_DUE",
        /// It was over before the clock started.
        BeforeStart = "BEFORE_START",
        /// It begins after the due instant.
        AfterDue = "AFTER_DUE",
        /// It covers no whole workday up to the due date; of natural days, no whole one.
        NoWholeDay = "NO_WHOLE_DAY",
        /// It covers no office time up to the due instant of a limit in hours or minutes.
        NoOfficeTime = "NO_OFFICE_TIME",
    }
}

/// A suspension as its STOP began it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// `stop_id`, else the id of its STOP.
    pub id: String,
    /// Its STOP.
    pub event_id: String,
    pub kind: Option<StopKind>,
    /// When the STOP took effect.
    pub started_at: Timestamp,
    /// When a RESUME or the closing ended it.
    pub ended_at: Option<Timestamp>,
    /// The end of its approved length; none without one.
    pub cap_at: Option<Timestamp>,
    /// What is deducted, half open; none if nothing is.
    pub deducted: Option<Pause>,
    /// Why nothing is; empty if something is.
    pub refused: Vec<StopNote>,
}

/// A span that does not count, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Pause {
    pub(crate) fn covers(self, from: Timestamp, until: Timestamp) -> bool {
        self.from <= from && self.until >= until
    }

    pub(crate) fn meets(self, from: Timestamp, until: Timestamp) -> bool {
        self.from < until && self.until > from
    }
}

/// A stop whose terms have not been looked at yet.
pub(crate) struct OpenStop<'a> {
    pub(crate) id: &'a str,
    pub(crate) event_id: &'a str,
    pub(crate) terms: Option<&'a StopTerms>,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

impl OpenStop<'_> {
    /// Decides what of it is deducted.
    pub(crate) fn settle(
        &self,
        item: &ItemRules,
        calendar: &dyn WorkCalendar,
        zone: &Zone,
        reasons: &mut Vec<Reason>,
    ) -> Result<Suspension, Error> {
        let kind = self.terms.and_then(|terms| terms.kind);
        let approved = self.terms.and_then(|terms| terms.approved);
        let cap_at = approved.map(|length| cap(self.started_at, length.bounded(), calendar, zone)).transpose()?;
        if kind == Some(StopKind::Correction) {
            note(reasons, Reason::CorrectionStop);
        }
        if approved.is_some_and(|length| length != length.bounded()) {
            note(reasons, Reason::LimitCut);
        }
        let deducted = self.deducted(kind, cap_at, item, reasons);
        let refused = if deducted.is_some() { Vec::new() } else { self.refused(kind, cap_at, item) };
        if cap_at.is_some_and(|cap| self.ended_at.is_some_and(|end| end > cap)) {
            note(reasons, Reason::StopOverrun);
        }
        let (started_at, ended_at) = (self.started_at, self.ended_at);
        let event_id = self.event_id.to_owned();
        Ok(Suspension { id: self.id.to_owned(), event_id, kind, started_at, ended_at, cap_at, deducted, refused })
    }

    fn deducted(
        &self,
        kind: Option<StopKind>,
        cap_at: Option<Timestamp>,
        item: &ItemRules,
        reasons: &mut Vec<Reason>,
    ) -> Option<Pause> {
        let terms = self.terms.filter(|terms| terms.basis.as_ref().is_some_and(|basis| !basis.trim().is_empty()));
        let (Some(terms), Some(cap_at)) = (terms, cap_at) else {
            note(reasons, Reason::UnbasedStop);
            return None;
        };
        let Some(notified_at) = terms.notified_at else {
            note(reasons, Reason::UnbasedStop);
            return None;
        };
        if !kind.is_some_and(|kind| kind.is_by_law() || item.allowed_stop_kinds.contains(&kind)) {
            note(reasons, Reason::StopKindNotAllowed);
            return None;
        }
        let from = self.started_at.max(notified_at).max(terms.approved_at.unwrap_or(notified_at));
        let until = self.ended_at.map_or(cap_at, |end| end.min(cap_at));
        (from < until).then_some(Pause { from, until })
    }
}

impl OpenStop<'_> {
    /// Everything that keeps it from being deducted.
    fn refused(&self, kind: Option<StopKind>, cap_at: Option<Timestamp>, item: &ItemRules) -> Vec<StopNote> {
        let basis = self.terms.and_then(|terms| terms.basis.as_deref()).unwrap_or_default();
        let notified_at = self.terms.and_then(|terms| terms.notified_at);
        let is_allowed = kind.is_some_and(|kind| kind.is_by_law() || item.allowed_stop_kinds.contains(&kind));
        let asked = [
            (StopNote::NoBasis, !basis.trim().is_empty()),
            (StopNote::NoLength, cap_at.is_some()),
            (StopNote::NoNotice, notified_at.is_some()),
            (StopNote::KindNotAllowed, is_allowed),
        ];
        let mut found: Vec<StopNote> = asked.iter().filter(|(_, holds)| !holds).map(|(note, _)| *note).collect();
        if found.is_empty() {
            let ends_by_cap = cap_at.is_some_and(|cap| self.ended_at.is_none_or(|end| cap < end));
            found.push(if ends_by_cap { StopNote::CapPassed } else { StopNote::EndedBefore });
        }
        found
    }
}

/// 24:00 of the last approved day, the day of the start not counted; hours and minutes run on.
fn cap(started_at: Timestamp, length: Limit, calendar: &dyn WorkCalendar, zone: &Zone) -> Result<Timestamp, Error> {
    let (on, _) = local(started_at, zone);
    let n = i64::from(length.n);
    let last = match length.unit {
        Unit::Cd => on.checked_add(Span::new().try_days(n)?)?,
        Unit::Month => on.checked_add(Span::new().try_months(n)?)?,
        Unit::Wd => workdays_after(calendar, on, length.n)?.last,
        Unit::Hour => return started_at.checked_add(SignedDuration::from_secs(n * 3600)),
        Unit::Min => return started_at.checked_add(SignedDuration::from_secs(n * 60)),
    };
    instant(last, DAY_END, zone)
}

/// The deducted spans, overlapping and touching ones as one, in order.
pub(crate) fn merge(stops: &[Suspension]) -> Vec<Pause> {
    let mut spans: Vec<Pause> = stops.iter().filter_map(|stop| stop.deducted).collect();
    spans.sort_by_key(|span| (span.from, span.until));
    let mut merged: Vec<Pause> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => merged.push(span),
        }
    }
    merged
}

/// Which days the pauses take out.
#[derive(Clone, Copy)]
pub(crate) struct Excluded<'a> {
    pub(crate) pauses: &'a [Pause],
    pub(crate) calendar: &'a dyn WorkCalendar,
    pub(crate) zone: &'a Zone,
}

impl<'a> Excluded<'a> {
    /// The first `n` workdays after a date where no pause takes any out, if they are in a table.
    pub(crate) fn run_after(&self, date: Date, n: u64) -> Option<Run<'a>> {
        let table = self.calendar.table().filter(|_| self.pauses.is_empty())?;
        table.after(date, usize::try_from(n).ok()?)
    }

    /// The same of the workdays after one date up to and with another.
    pub(crate) fn run_between(&self, after: Date, last: Date) -> Option<Run<'a>> {
        let table = self.calendar.table().filter(|_| self.pauses.is_empty())?;
        table.between(after, last)
    }

    /// One pause covers the workday from its first opening to its last closing.
    pub(crate) fn workday(&self, date: Date) -> Result<bool, Error> {
        if self.pauses.is_empty() {
            return Ok(false);
        }
        let Some((open, close)) = self.office_hours(date)? else { return Ok(false) };
        Ok(self.pauses.iter().any(|pause| pause.covers(open, close)))
    }

    /// One pause covers the natural day.
    pub(crate) fn natural_day(&self, date: Date) -> Result<bool, Error> {
        if self.pauses.is_empty() {
            return Ok(false);
        }
        let (from, until) = (instant(date, 0, self.zone)?, instant(date, DAY_END, self.zone)?);
        Ok(self.pauses.iter().any(|pause| pause.covers(from, until)))
    }

    /// As the last day it would give way: a pause takes some of its office time and goes on over
    /// the whole next workday (domain §4 point 6, day N).
    pub(crate) fn gives_way(&self, date: Date) -> Result<bool, Error> {
        for pause in self.pauses {
            let mut takes = false;
            for window in office(self.calendar, date) {
                let (open, close) = (instant(date, window.open, self.zone)?, instant(date, window.close, self.zone)?);
                takes |= pause.meets(open, close);
            }
            if !takes {
                continue;
            }
            let next = workdays_after(self.calendar, date, 1)?.last;
            if let Some((open, close)) = self.office_hours(next)?
                && pause.covers(open, close)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// First opening and last closing of a workday.
    fn office_hours(&self, date: Date) -> Result<Option<(Timestamp, Timestamp)>, Error> {
        let windows = office(self.calendar, date);
        let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return Ok(None) };
        Ok(Some((instant(date, first.open, self.zone)?, instant(date, last.close, self.zone)?)))
    }
}

#[cfg(test)]
mod tests;
