//! 我有话说: messages, each with a limit by its kind, and what was answered.

use super::super::Sample;
use super::super::days::{DAY, OFFICE};
use super::super::place::Site;
use super::super::plan;
use super::super::record::SampleCase;
use super::super::rng::Rng;
use super::row::{Line, OtherRow, date, pick};

pub(super) const MESSAGE: (&str, &str) = (
    "feedback_message",
    "msg_id,board,village_code,author_id,is_real_name,kind,title,text,posted_at,reply_limit,reply_unit,reply_due_at,\
     assigned_org,assigned_at,signed_at,ended_at,state,visibility,linked_case_no,recorded_at",
);
pub(super) const REPLY: (&str, &str) = (
    "feedback_reply",
    "reply_id,msg_id,is_first_human,author_id,org_code,text,replied_at,outcome,citizen_confirmed,satisfaction,\
     reopened_at,recorded_at",
);
/// Messages for each application, per mille.
const SHARE: f64 = 0.012;

/// A kind of message: its limit in working days (after published rules elsewhere, domain §5 M19), what
/// it is about.
#[derive(Clone, Copy)]
struct Sort {
    kind: &'static str,
    limit: i64,
    about: &'static str,
}

const SORTS: [(i64, Sort); 6] = [
    (380, Sort { kind: "INQUIRY", limit: 1, about: "想问一下办理需要带什么材料" }),
    (220, Sort { kind: "HELP", limit: 5, about: "村里的路灯坏了，请帮忙修理" }),
    (160, Sort { kind: "SUGGESTION", limit: 5, about: "建议增加周末办事时间" }),
    (130, Sort { kind: "COMPLAINT", limit: 10, about: "申请很久了还没有结果" }),
    (70, Sort { kind: "REPORT", limit: 10, about: "反映集体资金使用没有公开" }),
    (40, Sort { kind: "CORRECTION", limit: 5, about: "公示的姓名有错，请更正" }),
];

pub(super) fn of_day(
    sample: &Sample,
    site: &Site,
    day: i64,
    cases: &[SampleCase],
    rng: &mut Rng,
    out: &mut Vec<OtherRow>,
) {
    for number in 1..=sample.plan.count(rng, site.yearly * SHARE, day) {
        let posted = plan::applied(rng, &sample.days, day);
        let id = format!("TEST-{}-{}-L{number:02}", site.code, date(day).replace('-', ""));
        message(sample, site, &id, posted, cases, rng, out);
    }
}

fn message(
    sample: &Sample,
    site: &Site,
    id: &str,
    posted: i64,
    cases: &[SampleCase],
    rng: &mut Rng,
    out: &mut Vec<OtherRow>,
) {
    let days = &sample.days;
    let Some(sort) = pick(rng.below(1_000), &SORTS) else { return };
    let due = (days.after(posted.div_euclid(DAY), sort.limit) + 1) * DAY - 1;
    let linked = match sort.kind {
        "INQUIRY" | "COMPLAINT" if !cases.is_empty() && rng.per_mille(400) => {
            cases.get(rng.below(cases.len() as i64) as usize).map_or("", |case| case.case_no.as_str())
        }
        _ => "",
    };
    let board = pick(rng.below(1_000), &[(150, "MY_CITY"), (350, "MY_VILLAGE"), (500, "MY_SAY")]).unwrap_or("MY_SAY");
    let author = format!("TEST{}{:05}", site.code.get(3..).unwrap_or(&site.code), rng.below(4_000));
    let is_real_name = rng.per_mille(800);
    let assigned = days.at(days.office(posted) + rng.between(600, OFFICE / 2));
    let signed = days.at(days.office(assigned) + rng.between(60, OFFICE / 4));
    let is_public = sort.kind != "REPORT";
    let line = || {
        Line::new(id)
            .text(board)
            .text(&site.code)
            .text(&author)
            .flag(is_real_name)
            .text(sort.kind)
            .text(sort.about)
            .text(sort.about)
            .time(Some(posted))
            .number(sort.limit)
            .text("WD")
            .time(Some(due))
    };
    let end =
        |line: Line, state: &str| line.text(state).text(if is_public { "PUBLIC" } else { "PRIVATE" }).text(linked);
    let recorded = posted + rng.below(30);
    out.push(end(line().text("").time(None).time(None).time(None), "POSTED").recorded(MESSAGE, recorded));
    let mine = line().text(&site.township_org).time(Some(assigned)).time(Some(signed)).time(None);
    out.push(end(mine, "SIGNED").recorded(MESSAGE, signed + 30));
    if rng.per_mille(20) {
        return;
    }
    let limit = sort.limit * OFFICE;
    let wait = match rng.below(1_000) {
        0..60 => rng.between(limit + OFFICE, limit + 8 * OFFICE),
        _ => rng.between(OFFICE / 8, limit),
    };
    let replied = days.at(days.office(signed) + wait);
    if rng.per_mille(100) {
        let text = "您的留言已收到，正在办理。";
        let line = Line::new(&format!("{id}-R0")).text(id).flag(false).text("").text(&site.township_org).text(text);
        let line = line.time(Some(signed + 60)).text("").text("").text("").text("");
        out.push(line.recorded(REPLY, signed + 60));
    }
    let outcomes = [(520, "SOLVED"), (370, "EXPLAINED"), (50, "NOT_SOLVABLE"), (60, "TRANSFERRED")];
    let outcome = pick(rng.below(1_000), &outcomes).unwrap_or("EXPLAINED");
    let satisfied = pick(rng.below(1_000), &[(550, 5), (250, 4), (120, 3), (50, 2), (30, 1)]).unwrap_or(5);
    let confirmed = rng.per_mille(600);
    let answer = Line::new(&format!("{id}-R1"))
        .text(id)
        .flag(true)
        .text(&format!("{}-01", site.township_org))
        .text(&site.township_org)
        .text("您好，您反映的问题已核实，现答复如下：已按规定办理。")
        .time(Some(replied))
        .text(outcome)
        .text(if confirmed { "true" } else { "" });
    let answer = if confirmed { answer.number(satisfied) } else { answer.text("") };
    out.push(answer.text("").recorded(REPLY, replied + 30));
    let mine = line().text(&site.township_org).time(Some(assigned)).time(Some(signed)).time(Some(replied));
    out.push(end(mine, "ENDED").recorded(MESSAGE, replied + 60));
}
