//! What the figures of a period are made of: the one place that decides whether memory and marts can answer.

use jiff::civil::Date;
use queries::{ByPeriod, panel};
use serde::de::DeserializeOwned;

use super::{Param, Session};
use crate::{AnalyticsError, Period};

/// What answers a question about a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The cases and cards in motion, held in memory.
    Recent,
    /// The marts for the months before `until`, the first day of one; the cases in motion for the days from then on.
    Marts {
        /// The first day that no mart is asked for.
        until: Date,
    },
    /// All cases and cards.
    Cases(Why),
}

/// Why all cases are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The session is of a past instant, or not a page's: nothing is held in memory, or the marts know more.
    Past,
    /// The period began before what is held in memory, and not with a month, or ended then within one.
    Days,
    /// The marts have not been written by the run that the states are of: they are so many runs behind, or ahead if
    /// less than none; unknown while they are being written.
    Lag(Option<i64>),
}

impl Session {
    /// What answers a question about a period.
    pub fn basis(&self, period: Period) -> Basis {
        let Some(recalled) = self.recalled else { return Basis::Cases(Why::Past) };
        if recalled.since <= period.from {
            return Basis::Recent;
        }
        let today = self.zone().to_datetime(self.as_of()).date();
        let until = period.to.min(today).first_of_month();
        let has_rest = until == period.to || recalled.since <= until;
        if period.from.day() != 1 || until < period.from || !has_rest {
            return Basis::Cases(Why::Days);
        }
        match recalled.lag {
            _ if self.is_past => Basis::Cases(Why::Past),
            Some(0) => Basis::Marts { until },
            lag => Basis::Cases(Why::Lag(lag)),
        }
    }

    /// Asks a question about a period of what [`Session::basis`] decides; `params` are those beside its days.
    pub async fn rows_of<T: DeserializeOwned>(
        &self,
        question: &ByPeriod,
        params: &[(&str, Param)],
        period: Period,
    ) -> Result<Vec<T>, AnalyticsError> {
        let mut params = params.to_vec();
        params.extend([("from", Param::Date(period.from)), ("to", Param::Date(period.to))]);
        match self.basis(period) {
            Basis::Recent => self.rows(&panel::over_recent(&question.cases), &params).await,
            Basis::Marts { until } => {
                params.push(("until", Param::Date(until)));
                self.rows(&question.months, &params).await
            }
            Basis::Cases(_) => self.rows(&question.cases, &params).await,
        }
    }

    /// As [`Session::rows`], of a text that asks of nothing that was over before the day `from`: of what is in motion,
    /// if that begins by then.
    pub async fn rows_since<T: DeserializeOwned>(
        &self,
        sql: &str,
        params: &[(&str, Param)],
        from: Date,
    ) -> Result<Vec<T>, AnalyticsError> {
        match self.recalled {
            Some(recalled) if recalled.since <= from => self.rows(&panel::over_recent(sql), params).await,
            _ => self.rows(sql, params).await,
        }
    }
}
