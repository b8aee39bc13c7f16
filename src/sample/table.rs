//! The columns of the two files, and their rows as CSV.

use std::io::Write;

use csv::{ByteRecord, Writer, WriterBuilder};

use super::days::{self, DAY, HOUR};
use super::particulars::Particulars;
use super::record::{Detail, EventType, SampleCase, SampleEvent};

const CASE_COLUMNS: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,\
    apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,\
    promised_unit,visits_count,result_cert_no,entry_mode,recorded_at,applicant_type,fee_due,fee_paid,delivery_mode";
const EVENT_COLUMNS: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,\
    org_code,decision,close_result,occurred_at,recorded_at,stop_id,stop_kind,basis,approved_length,approved_unit,\
    approved_at,applicant_notified_at,extension_wd,to_village,to_org";

/// The two tables being written.
pub(super) struct Tables<W: Write> {
    cases: Writer<W>,
    events: Writer<W>,
    row: Row,
}

impl<W: Write> Tables<W> {
    /// Begins both with their headers.
    pub(super) fn new(cases: W, events: W) -> anyhow::Result<Self> {
        let writer = |to: W| WriterBuilder::new().buffer_capacity(1 << 18).from_writer(to);
        let (mut cases, mut events) = (writer(cases), writer(events));
        cases.write_record(CASE_COLUMNS.split(','))?;
        events.write_record(EVENT_COLUMNS.split(','))?;
        let row = Row { record: ByteRecord::new(), field: Vec::new() };
        Ok(Tables { cases, events, row })
    }

    /// The registration.
    pub(super) fn case(&mut self, case: &SampleCase) -> csv::Result<()> {
        self.registration(case, 1, case.recorded_at)
    }

    /// The registration again, once there is a certificate; nothing where there never is one.
    pub(super) fn certificate(&mut self, case: &SampleCase) -> csv::Result<()> {
        case.certified_at.map_or(Ok(()), |at| self.registration(case, 2, at))
    }

    fn registration(&mut self, case: &SampleCase, data_version: u32, recorded_at: i64) -> csv::Result<()> {
        let (row, item) = (&mut self.row, &case.item);
        row.record.clear();
        row.text(&case.case_no);
        row.number(Some(data_version));
        row.text(&item.item_id);
        row.number(Some(item.version));
        row.text(&item.case_kind);
        row.text(&case.village_code);
        row.text(&case.applicant_id);
        row.number(Some(u32::from(case.apply_channel)));
        row.text(case.agent_id.as_deref().unwrap_or(""));
        row.text(if case.agent_id.is_some() { "true" } else { "false" });
        row.text(&case.org_code);
        row.number(item.statutory_limit);
        row.text(&item.statutory_unit);
        row.number(item.promised_limit);
        row.text(&item.promised_unit);
        row.number(case.visits_count);
        if data_version > 1 {
            row.joined(&case.case_no, "-ZS");
        } else {
            row.text("");
        }
        row.text(case.entry_mode);
        row.time(recorded_at);
        let particulars = Particulars::of(case);
        row.text(particulars.applicant_type);
        row.hundredths(particulars.fee_due);
        row.hundredths(particulars.fee_paid);
        row.text(particulars.delivery_mode);
        self.cases.write_byte_record(&row.record)
    }

    pub(super) fn event(&mut self, case: &SampleCase, event: &SampleEvent) -> csv::Result<()> {
        let row = &mut self.row;
        let step = event.step.and_then(|step| case.item.flow_steps.get(step));
        let outcome = event.outcome.map_or("", |outcome| outcome.code());
        let closing = event.event_type == EventType::Close;
        row.record.clear();
        row.with_number(&case.case_no, event.seq);
        row.text(&case.case_no);
        row.number(Some(event.seq));
        row.text(event.event_type.code());
        row.number(event.step.map(|step| step as u32 + 1));
        row.text(step.map_or("", |step| step.name.as_str()));
        row.number(step.and_then(|step| step.limit));
        // The applicant is in the case file only.
        if event.actor > 0 {
            row.with_number(&event.org_code, event.actor.into())
        } else {
            row.text("")
        }
        row.text(event.role.code());
        row.text(&event.org_code);
        row.text(if closing { "" } else { outcome });
        row.text(if closing { outcome } else { "" });
        row.time(event.occurred_at);
        row.time(event.recorded_at);
        row.detail(case, event.detail.as_ref());
        self.events.write_byte_record(&row.record)
    }

    /// Writes out what is buffered and gives both back.
    pub(super) fn finish(self) -> anyhow::Result<(W, W)> {
        let cases = self.cases.into_inner().map_err(|error| error.into_error())?;
        let events = self.events.into_inner().map_err(|error| error.into_error())?;
        Ok((cases, events))
    }
}

/// One line, built in place.
struct Row {
    record: ByteRecord,
    field: Vec<u8>,
}

impl Row {
    fn text(&mut self, text: &str) {
        self.record.push_field(text.as_bytes());
    }

    fn blanks(&mut self, count: usize) {
        (0..count).for_each(|_| self.record.push_field(b""));
    }

    fn joined(&mut self, text: &str, end: &str) {
        self.field.clear();
        self.field.extend_from_slice(text.as_bytes());
        self.field.extend_from_slice(end.as_bytes());
        self.record.push_field(&self.field);
    }

    /// The ten columns from `stop_id` on.
    fn detail(&mut self, case: &SampleCase, detail: Option<&Detail>) {
        match detail {
            None => self.blanks(10),
            Some(Detail::Stop(stop)) => {
                self.joined(&case.case_no, "-S1");
                self.text(case.item.allowed_stop_kinds.get(stop.kind).map_or("", String::as_str));
                self.text(stop.basis);
                self.number(Some(stop.length));
                self.text(stop.unit);
                self.time(stop.approved_at);
                match stop.notified_at {
                    Some(at) => self.time(at),
                    None => self.text(""),
                }
                self.blanks(3);
            }
            Some(Detail::Resume) => {
                self.joined(&case.case_no, "-S1");
                self.blanks(9);
            }
            Some(Detail::Extend(days, approved_at)) => {
                self.blanks(5);
                self.time(*approved_at);
                self.blanks(1);
                self.number(Some(*days));
                self.blanks(2);
            }
            Some(Detail::Transfer(org, village)) => {
                self.blanks(8);
                self.text(village.as_deref().unwrap_or(""));
                self.text(org);
            }
        }
    }

    fn number(&mut self, number: Option<u32>) {
        self.field.clear();
        if let Some(number) = number {
            push_digits(&mut self.field, number.into(), 1);
        }
        self.record.push_field(&self.field);
    }

    /// Hundredths, as `12.34`.
    fn hundredths(&mut self, number: u32) {
        self.field.clear();
        push_digits(&mut self.field, (number / 100).into(), 1);
        self.field.push(b'.');
        push_digits(&mut self.field, (number % 100).into(), 2);
        self.record.push_field(&self.field);
    }

    fn with_number(&mut self, text: &str, number: u32) {
        self.field.clear();
        self.field.extend_from_slice(text.as_bytes());
        self.field.push(b'-');
        push_digits(&mut self.field, number.into(), 2);
        self.record.push_field(&self.field);
    }

    fn time(&mut self, seconds: i64) {
        self.field.clear();
        push_time(&mut self.field, seconds);
        self.record.push_field(&self.field);
    }
}

/// `2023-05-16 09:12:33`
pub(super) fn push_time(out: &mut Vec<u8>, seconds: i64) {
    let (year, month, day) = days::civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    push_digits(out, year, 4);
    for (mark, number) in
        [(b'-', month), (b'-', day), (b' ', second / HOUR), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.push(mark);
        push_digits(out, number, 2);
    }
}

/// At least `places` digits of a number that is not negative.
fn push_digits(out: &mut Vec<u8>, number: i64, places: u32) {
    if number >= 10 || places > 1 {
        push_digits(out, number / 10, places.saturating_sub(1));
    }
    out.push(b'0' + (number % 10) as u8);
}
