//! The time to accept, the suspensions and the time to deliver: each day by day, and what each
//! suspension takes out of the clock.

use analytics::sla::{Limit, Mark, ObjectType};
use jiff::{SignedDuration, Timestamp};

use super::days::{Table, Told, time};
use super::{CardRow, Case};
use crate::format;

/// A table each, in the order of a case's life.
pub(super) fn tables(case: &Case<'_>) -> Vec<Table> {
    let (t, zone) = (case.lang(), case.context.zone());
    let told = case.known.explanation.objects.iter().map(|object| {
        let is_over = matches!(object.object_type, ObjectType::Suspension | ObjectType::Delivery);
        let (end_key, law) = match object.object_type {
            ObjectType::PreAcceptance => ("mark-answered", "law-accept"),
            ObjectType::Delivery => ("mark-delivered", "law-deliver"),
            _ => ("mark-stop-end", "law-stop"),
        };
        let ended = |at| (Mark::Closed, at, t.tell(end_key, &[("time", &time(case, at))]));
        let told = Told {
            days: &object.days,
            first_day: "day-start-object",
            limit: object.limit,
            due_on: Some(object.due_on),
            due_at: Some(object.due_at),
            yellow_at: object.yellow_at,
            yellow_key: if is_over { "mark-red" } else { "mark-yellow" },
            red_at: object.red_at,
            ends: object.ended_at.map(ended).into_iter().collect(),
            cards: cards(case, object.object_type, object.object_key.as_deref()),
            cut: object.cut,
            cut_why: "days-cut-object-why",
            unknown_year: object.unknown_year,
        };
        let name = t.code("object", object.object_type.as_str());
        let limit = object.limit.map(|limit| t.tell("step-limit", &[("limit", &length(case, limit))]));
        let due = match object.cap_at {
            Some(cap_at) => {
                let next = object.next_on.map(|day| format::day_short(t, day)).unwrap_or_default();
                t.tell("object-cap", &[("at", &end(case, cap_at)), ("next", &next)])
            }
            None => t.tell("step-due", &[("at", &format::stamp(zone, object.due_at))]),
        };
        let parts = [Some(name), object.label.clone(), limit, Some(due), Some(t.say(law))];
        told.table(case, parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    });
    told.collect()
}

/// Each suspension, with what it takes out or why it takes out nothing.
pub(super) fn stops(case: &Case<'_>) -> Vec<String> {
    let (t, zone) = (case.lang(), case.context.zone());
    let explained = &case.known.explanation;
    let told = explained.clock.suspensions.iter().zip(&explained.stops).map(|(stop, told)| {
        let kind = stop.kind.map_or_else(|| t.say("stop-no-kind"), |kind| t.code("stop", kind.as_str()));
        let until = stop.ended_at.map_or_else(|| t.say("row-open"), |at| end(case, at));
        let span = format!("{} – {until}", format::stamp(zone, stop.started_at));
        let cap = stop.cap_at.map(|at| t.tell("stop-cap", &[("at", &end(case, at))]));
        let approved = told.approved.map(|limit| t.tell("stop-approved", &[("limit", &length(case, limit))]));
        let basis = told.basis.as_deref().map(|basis| t.tell("stop-basis", &[("basis", basis)]));
        let notes: Vec<String> = told.notes.iter().map(|note| t.code("stop", note.as_str())).collect();
        let notes = notes.join(t.say("list-mark").as_str());
        let effect = match stop.deducted {
            None => t.tell("stop-nothing", &[("why", &notes)]),
            Some(_) if !notes.is_empty() => t.tell("stop-moves-nothing", &[("why", &notes)]),
            Some(span) if told.excluded_on.is_empty() => {
                let (from, until) = (format::stamp(zone, span.from), end(case, span.until));
                t.tell("stop-takes-time", &[("from", &from), ("until", &until)])
            }
            Some(_) => {
                let days: Vec<String> = told.excluded_on.iter().map(|day| format::day_bare(t, *day)).collect();
                let n = days.len().to_string();
                t.tell("stop-takes-days", &[("n", &n), ("days", &days.join(t.say("list-mark").as_str()))])
            }
        };
        let parts = [Some(told.label.clone()), Some(kind), Some(span), approved, cap, basis, Some(effect)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    told.collect()
}

/// The cards of one of them.
fn cards<'c>(case: &'c Case<'_>, object_type: ObjectType, key: Option<&str>) -> Vec<&'c CardRow> {
    let of_type = case.cards.iter().filter(|card| card.object_type == object_type.as_str());
    of_type.filter(|card| key.is_none_or(|key| case.is_card_of_stop(card, key))).collect()
}

fn length(case: &Case<'_>, limit: Limit) -> String {
    format::limit(case.lang(), limit.n, limit.unit)
}

/// An instant at which a span ends: midnight is 24:00 of the day before.
fn end(case: &Case<'_>, at: Timestamp) -> String {
    let zone = case.context.zone();
    let before = at.checked_sub(SignedDuration::from_micros(1)).unwrap_or(at);
    let is_midnight = format::is_day_end(format::local(zone, before).1) && format::local(zone, at).1.second() == 0;
    format::stamp(zone, if is_midnight { before } else { at })
}

#[cfg(test)]
mod tests {
    use crate::i18n::Lang;

    #[test]
    fn what_keeps_a_suspension_from_counting_has_its_words() {
        let kinds = analytics::sla::StopKind::ALL.iter().map(|kind| kind.as_str());
        let notes = [
            "NO_BASIS",
            "NO_LENGTH",
            "NO_NOTICE",
            "KIND_NOT_ALLOWED",
            "ENDED_BEFORE",
            "CAP_PASSED",
            "NO_CLOCK",
            "EXPLICIT_DUE",
            "BEFORE_START",
            "AFTER_DUE",
            "NO_WHOLE_DAY",
            "NO_OFFICE_TIME",
        ];
        for code in kinds.chain(notes) {
            for lang in [Lang::Zh, Lang::En] {
                assert_ne!(lang.code("stop", code), code, "{lang:?}");
            }
        }
    }
}
