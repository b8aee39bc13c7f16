//! The explanation as JSON.

use analytics::sla::{Card, ClockKind, DayLine, DayRole, Explanation, OfficeDay, OfficePart};
use analytics::{CaseExplanation, CaseItem};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Everything that the text says, with names.
pub(super) fn explanation(case: &CaseExplanation, item: &CaseItem, as_of: Timestamp) -> Value {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let events = case.events.iter().map(|event| {
        json!({ "event_type": event.event_type, "step_name": event.step_name, "org_code": event.org_code,
            "occurred_at": event.occurred_at, "recorded_at": event.recorded_at, "known_at": event.known_at,
            "close_result": event.close_result, "unfolded": event.unfolded,
            "deleted_since": event.deleted_since })
    });
    let clocks = [ClockKind::Promise, ClockKind::Statutory, ClockKind::Village];
    let clocks = clocks.map(|kind| self::clock(explanation, kind));
    let mut told = json!({
        "case_no": case.case_no, "as_of": as_of, "status": case.status, "deleted_since": case.deleted_since,
        "item_id": case.item_id,
        "item_name": case.item_name, "village_code": case.village_code, "org_code": case.org_code,
        "source_system": case.source_system, "received_at": clock.received_at, "applied_at": clock.applied_at,
        "start_kind": clock.start.map(|start| start.kind), "start_from": clock.start.map(|start| start.from),
        "closed_at": clock.closed_at, "close_result": clock.close_result, "reopenings": reopenings(explanation),
        "extension_days": clock.extension.map(|extension| extension.days),
        "used_wd": case.used.used_wd, "used_days_tenths": case.used.used_days_tenths,
        "used_office_sec": case.used.used_office_sec, "used_ratio_ppm": case.used.ratio_ppm,
        "reasons": clock.reasons, "policy": explanation.policy_name, "policy_version": explanation.policy_version,
        "calendar_version": explanation.calendar_version, "engine_version": explanation.engine_version,
        "waits_for_correction_since": explanation.waits_since, "item_known": case.item_id.as_ref().map(|_| item.unknown.is_none()),
        "limit_basis": item.limit_basis, "clocks": clocks, "suspensions": suspensions(explanation),
        "steps": steps(explanation), "objects": objects(explanation),
        "days": explanation.days.iter().map(day).collect::<Vec<_>>(), "days_cut_to": date(explanation.days_cut),
        "cards": explanation.cards.iter().map(card).collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
    });
    // The promise clock stands at the top too: it is the one that raises cards.
    if let (Value::Object(told), Value::Object(promise)) = (&mut told, self::clock(explanation, ClockKind::Promise)) {
        told.extend(promise.into_iter().filter(|(name, _)| name != "clock" && name != "ended_at"));
    }
    told
}

fn date(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

fn clock(explanation: &Explanation, kind: ClockKind) -> Value {
    let clock = explanation.clock.clock(kind);
    let dates = |dates: &[Date]| dates.iter().map(ToString::to_string).collect::<Vec<_>>();
    // Where the calendar is not known nothing turns yellow or red.
    let told = |at: Option<Timestamp>| at.filter(|_| !clock.provisional);
    json!({ "clock": clock.kind, "due_basis": clock.basis, "limit": clock.limit, "n": clock.n,
        "started_at": clock.started_at, "started_on": date(clock.started_on), "ended_at": clock.ended_at,
        "due_on": date(clock.due_on), "due_at": clock.due_at, "yellow_at": told(clock.yellow_at),
        "red_at": told(clock.red_at), "counted_on": dates(&clock.counted_on),
        "excluded_on": dates(&clock.excluded_on), "provisional": clock.provisional,
        "unknown_year": explanation.unknown_year(kind), "points": clock.rule_points() })
}

fn reopenings(explanation: &Explanation) -> Vec<Value> {
    let told = explanation.reopenings.iter().map(|reopening| {
        json!({ "closed_at": reopening.closed_at, "close_result": reopening.close_result,
            "reopened_at": reopening.reopened_at })
    });
    told.collect()
}

fn suspensions(explanation: &Explanation) -> Vec<Value> {
    let stops = explanation.clock.suspensions.iter().zip(&explanation.stops);
    let told = stops.map(|(stop, told)| {
        let dates = told.excluded_on.iter().map(ToString::to_string).collect::<Vec<_>>();
        let notes = told.notes.iter().map(|note| note.as_str()).collect::<Vec<_>>();
        json!({ "stop_id": stop.id, "event_id": stop.event_id, "label": told.label, "kind": stop.kind,
            "basis": told.basis, "approved": told.approved, "approved_at": told.approved_at,
            "applicant_notified_at": told.notified_at, "started_at": stop.started_at, "ended_at": stop.ended_at,
            "cap_at": stop.cap_at, "deducted_from": stop.deducted.map(|span| span.from),
            "deducted_until": stop.deducted.map(|span| span.until), "excluded_on": dates, "notes": notes })
    });
    told.collect()
}

fn steps(explanation: &Explanation) -> Vec<Value> {
    let steps = explanation.clock.steps.iter().zip(&explanation.steps);
    let told = steps.map(|(step, told)| {
        let known = |at: Option<Timestamp>| at.filter(|_| !step.provisional);
        json!({ "step_seq": step.step_seq, "step_name": step.step_name, "org_code": step.org_code,
            "started_at": step.started_at, "ended_at": step.ended_at, "limit": step.limit,
            "due_on": date(step.due_on), "due_at": step.due_at, "yellow_at": known(step.yellow_at),
            "red_at": known(step.red_at), "used_wd": told.used_wd, "unknown_year": told.unknown_year,
            "days": told.days.iter().map(day).collect::<Vec<_>>(), "days_cut_to": date(told.cut) })
    });
    told.collect()
}

fn objects(explanation: &Explanation) -> Vec<Value> {
    let told = explanation.objects.iter().map(|object| {
        let known = |at: Option<Timestamp>| at.filter(|_| object.unknown_year.is_none());
        json!({ "object_type": object.object_type, "event_id": object.object_key, "label": object.label,
            "limit": object.limit, "started_at": object.started_at, "ended_at": object.ended_at,
            "cap_at": object.cap_at, "due_on": object.due_on.to_string(), "due_at": object.due_at,
            "next_workday": date(object.next_on), "yellow_at": known(object.yellow_at),
            "red_at": known(object.red_at), "unknown_year": object.unknown_year,
            "days": object.days.iter().map(day).collect::<Vec<_>>(), "days_cut_to": date(object.cut) })
    });
    told.collect()
}

fn day(day: &DayLine) -> Value {
    let counted = match day.role {
        DayRole::Counted(number) => Some(number),
        DayRole::Start
        | DayRole::Excluded
        | DayRole::NotOpen
        | DayRole::NotWorked
        | DayRole::Running
        | DayRole::RolledOn
        | DayRole::AfterCap => None,
    };
    json!({ "date": day.date.to_string(), "counted": counted, "is_start": day.role == DayRole::Start,
        "is_excluded": day.role == DayRole::Excluded, "is_open": day.role != DayRole::NotOpen,
        "is_rolled_on": day.role == DayRole::RolledOn, "is_after_end": day.is_after_end, "kind": day.kind,
        "name": day.name, "stops": day.stops, "provisional": day.provisional, "marks": day.marks,
        "office": day.office.as_ref().map(office) })
}

fn office(day: &OfficeDay) -> Value {
    json!({ "parts": day.parts.iter().map(part).collect::<Vec<_>>(), "counted_sec": day.counted_sec,
        "sum_sec": day.sum_sec })
}

fn part(part: &OfficePart) -> Value {
    json!({ "from": part.from, "until": part.until, "role": part.role, "seconds": part.seconds() })
}

fn card(card: &Card) -> Value {
    json!({ "object_type": card.object_type, "object_id": card.object_id, "object_key": card.object_key, "clock": card.clock, "level": card.level,
        "cycle": card.cycle, "condition_at": card.condition_at, "issued_at": card.issued_at, "due_at": card.due_at,
        "over_statutory_at": card.over_statutory_at, "superseded_at": card.superseded_at,
        "lapsed_at": card.lapsed_at, "cancelled_at": card.cancelled_at, "responsible_org": card.responsible })
}
