//! The lake's calendar, as the clock wants it.

use datasets::calendar::{Calendar, DayKind};
use jiff::civil::Date;
use sla::{OfficeWindow, WorkCalendar};

/// A region's calendar with its windows in the clock's form.
#[derive(Debug)]
pub(crate) struct LakeCalendar {
    inner: Calendar,
    windows: Vec<OfficeWindow>,
}

impl LakeCalendar {
    pub(crate) fn new(inner: Calendar) -> Self {
        // Any worked day tells the windows; they are the same for all of a region so far.
        let worked = inner.days().find(|day| day.is_workday).map(|day| day.date);
        let windows = worked.map(|date| inner.windows(date).to_vec()).unwrap_or_default();
        let windows = windows.iter().map(|window| OfficeWindow { open: window.open, close: window.close }).collect();
        Self { inner, windows }
    }
}

impl WorkCalendar for LakeCalendar {
    fn is_workday(&self, date: Date) -> bool {
        self.inner.is_workday(date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.inner.name(date)
    }

    fn kind(&self, date: Date) -> sla::DayKind {
        match self.inner.kind(date) {
            DayKind::Normal => sla::DayKind::Normal,
            DayKind::Weekend => sla::DayKind::Weekend,
            DayKind::Holiday => sla::DayKind::Holiday,
            DayKind::AdjustedWorkday => sla::DayKind::AdjustedWorkday,
            DayKind::RegionalHoliday => sla::DayKind::RegionalHoliday,
        }
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.inner.is_provisional(date)
    }

    fn windows(&self, date: Date) -> &[OfficeWindow] {
        if self.inner.is_workday(date) { &self.windows } else { &[] }
    }

    fn version(&self) -> &str {
        self.inner.version()
    }
}
