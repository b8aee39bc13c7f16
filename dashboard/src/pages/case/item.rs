//! What the reference data say of the case's item.

use analytics::{CaseExplanation, Param, Session};
use serde::Deserialize;

use crate::error::HttpError;
use crate::format;

/// The version of day 0, chosen as the clock chooses it: in force on the day, else the last that began
/// before, else the first.
const VERSION: &str = "
with versions as (
    select
        limit_basis,
        version,
        valid_from,
        case
            when valid_from <= $day and (valid_to is null or valid_to > $day) then 0
            when valid_from <= $day then 1
            else 2
        end as place,
        case when valid_from <= $day then valid_from end as begun_on
    from service_item
    where item_id = $item_id
)

select limit_basis, version, valid_from, place, begun_on
from versions
order by place, begun_on desc, valid_from, version desc
limit 1";

#[derive(Deserialize)]
struct Version {
    limit_basis: Option<String>,
}

/// The item of a case.
#[derive(Default)]
pub(super) struct Item {
    /// The case names an item that is not there.
    pub(super) unknown: Option<String>,
    /// Where its limit is laid down.
    pub(super) limit_basis: Option<String>,
}

impl Item {
    /// Looks it up.
    pub(super) async fn of(case: &CaseExplanation, session: &Session) -> Result<Self, HttpError> {
        let first = case.events.first().map_or(session.as_of(), |event| event.occurred_at);
        let start = case.explanation.clock.start;
        let day = start.map_or_else(|| format::local(session.zone(), first).0, |start| start.on);
        let Some(item_id) = case.item_id.clone() else { return Ok(Self::default()) };
        let params = [("item_id", Param::Text(item_id.clone())), ("day", Param::Date(day))];
        let version = session.rows::<Version>(VERSION, &params).await?.into_iter().next();
        Ok(match version {
            None => Self { unknown: Some(item_id), limit_basis: None },
            Some(version) => {
                let limit_basis = version.limit_basis.filter(|basis| !basis.trim().is_empty());
                Self { unknown: None, limit_basis }
            }
        })
    }
}
