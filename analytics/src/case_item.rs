//! What the reference data say of a case's item.

use serde::Deserialize;

use crate::{AnalyticsError, CaseExplanation, Param, Session};

/// The item of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseItem {
    /// The case names an item that is not there.
    pub unknown: Option<String>,
    /// Where its limit is laid down.
    pub limit_basis: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    limit_basis: Option<String>,
}

impl CaseItem {
    /// Looks it up, in the version of the case's day 0.
    ///
    /// # Errors
    ///
    /// As [`Session::rows`].
    pub async fn of(case: &CaseExplanation, session: &Session) -> Result<Self, AnalyticsError> {
        let Some(item_id) = case.item_id.clone() else { return Ok(Self::default()) };
        let first = case.events.first().map_or(session.as_of(), |event| event.occurred_at);
        let start = case.explanation.clock.start;
        let day = start.map_or_else(|| session.zone().to_datetime(first).date(), |start| start.on);
        let params = [("item_id", Param::Text(item_id.clone())), ("day", Param::Date(day))];
        let versions: Vec<Version> = session.rows(queries::panel::CASE_ITEM, &params).await?;
        Ok(match versions.into_iter().next() {
            None => Self { unknown: Some(item_id), limit_basis: None },
            Some(version) => {
                let limit_basis = version.limit_basis.filter(|basis| !basis.trim().is_empty());
                Self { unknown: None, limit_basis }
            }
        })
    }
}
