//! What decides when a clock is due, and what an extension adds (domain §4 points 3, 7 and 15).

use jiff::{Error, Timestamp};

use crate::due::Counter;
use crate::reason::note;
use crate::{CaseInput, DueBasis, Event, ItemRules, Limit, Reason, Unit};

/// Days that an extension may add where the item says nothing (art 42).
const USUAL_EXTENSION: u32 = 10;

/// What a due date is worked out from.
#[derive(Clone, Copy)]
pub(crate) enum Term {
    Limit(DueBasis, Limit),
    Told(Timestamp),
    None,
}

/// An extension in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// Days that it adds; 0 where it moves an explicit due instant.
    pub days: u32,
    /// The due instant that it tells.
    pub due_at: Option<Timestamp>,
    /// When it took effect.
    pub effective_at: Timestamp,
}

/// Promise, else statutory limit, else the source's own due instant; a binding one goes first.
pub(crate) fn promise(
    case: &CaseInput<'_>,
    told: Option<Timestamp>,
    started_at: Option<Timestamp>,
    counter: &Counter<'_>,
    reasons: &mut Vec<Reason>,
) -> Result<Term, Error> {
    if let Some(told) = told
        && case.due_binding
    {
        return Ok(Term::Told(told));
    }
    Ok(match (case.promised, case.statutory) {
        (Some(promise), Some(law)) => {
            if is_over(promise, law, started_at, counter)? {
                note(reasons, Reason::PromiseOverStatutory);
                Term::Limit(DueBasis::Statutory, law)
            } else {
                Term::Limit(DueBasis::Promised, promise)
            }
        }
        (Some(promise), None) => Term::Limit(DueBasis::Promised, promise),
        (None, Some(law)) => Term::Limit(DueBasis::Statutory, law),
        (None, None) => told.map_or(Term::None, Term::Told),
    })
}

fn is_over(promise: Limit, law: Limit, started_at: Option<Timestamp>, counter: &Counter<'_>) -> Result<bool, Error> {
    if promise.unit == law.unit {
        return Ok(promise.n > law.n);
    }
    let Some(started_at) = started_at else { return Ok(false) };
    Ok(counter.limit(started_at, promise, 0)?.at > counter.limit(started_at, law, 0)?.at)
}

/// The statutory limit alone.
pub(crate) fn statutory(case: &CaseInput<'_>) -> Term {
    case.statutory.map_or(Term::None, |limit| Term::Limit(DueBasis::Statutory, limit))
}

/// The item's limit of the village clock, else its promise.
pub(crate) fn village(case: &CaseInput<'_>) -> Term {
    let own = case.item.village.map(|limit| Term::Limit(DueBasis::Village, limit.bounded()));
    own.or_else(|| case.promised.map(|limit| Term::Limit(DueBasis::Promised, limit))).unwrap_or(Term::None)
}

/// An EXTEND with the instant at which it took effect.
pub(crate) type Extend<'e> = (&'e Event, Timestamp);

/// The extension in force for a clock that is due at `due_at` without it, of those that took effect
/// in this order, and its event.
pub(crate) fn extend<'e>(
    item: &ItemRules,
    events: &[Extend<'e>],
    limit: Option<Limit>,
    due_at: Timestamp,
    reasons: &mut Vec<Reason>,
) -> Option<(Extension, Extend<'e>)> {
    let mut held = None;
    for event in events {
        let effective_at = event.1;
        if held.is_some() {
            note(reasons, Reason::SecondExtension);
            continue;
        }
        if effective_at > due_at {
            note(reasons, Reason::LateExtension);
            continue;
        }
        held = added(item, *event, limit, reasons).map(|extension| (extension, *event));
    }
    held
}

/// What an extension that counts adds to a limit, or to an explicit due instant.
pub(crate) fn added(
    item: &ItemRules,
    (event, effective_at): Extend<'_>,
    limit: Option<Limit>,
    reasons: &mut Vec<Reason>,
) -> Option<Extension> {
    match limit {
        None if event.due_at.is_none() => {
            note(reasons, Reason::ExtensionWithoutDays);
            None
        }
        None => Some(Extension { days: 0, due_at: event.due_at, effective_at }),
        Some(limit) if limit.n > 0 && matches!(limit.unit, Unit::Hour | Unit::Min) => {
            note(reasons, Reason::ExtensionUnit);
            None
        }
        Some(_) => days(item, event, reasons).map(|days| Extension { days, due_at: None, effective_at }),
    }
}

fn days(item: &ItemRules, event: &Event, reasons: &mut Vec<Reason>) -> Option<u32> {
    let Some(days) = event.extension_days.filter(|days| *days > 0) else {
        note(reasons, Reason::ExtensionWithoutDays);
        return None;
    };
    let most = item.max_extension_days.unwrap_or(USUAL_EXTENSION);
    if days > most {
        note(reasons, Reason::ExtensionCut);
    }
    Some(days.min(most)).filter(|days| *days > 0)
}

#[cfg(test)]
mod tests;
