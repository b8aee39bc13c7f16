//! The events of a case, in the words of domain §7 `workflow_event`.

use jiff::Timestamp;

use crate::Limit;

named_enum! {
    /// What happened. Declared in the order in which events of one instant apply (domain §4,
    /// inputs). Within STEP_*, ends come before starts, so that a case passed on belongs to the
    /// receiver.
    EventKind {
        Apply = "APPLY",
        Receive = "RECEIVE",
        CorrectionNotice = "CORRECTION_NOTICE",
        CorrectionComplete = "CORRECTION_COMPLETE",
        Accept = "ACCEPT",
        NotAccept = "NOT_ACCEPT",
        StepEnd = "STEP_END",
        ReturnStep = "RETURN_STEP",
        StepStart = "STEP_START",
        Stop = "STOP",
        Resume = "RESUME",
        Extend = "EXTEND",
        Transfer = "TRANSFER",
        Decide = "DECIDE",
        Close = "CLOSE",
        Withdraw = "WITHDRAW",
        Void = "VOID",
        Deliver = "DELIVER",
        Reopen = "REOPEN",
    }
}

impl EventKind {
    /// Place among events of the same instant and `seq`; the lower comes first (domain §4).
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// Whether a case may have ended with it.
    pub(crate) fn may_close(self) -> bool {
        matches!(self, Self::Close | Self::Withdraw | Self::Void | Self::NotAccept)
    }
}

named_enum! {
    /// How a case ended (domain §1, `close_result`).
    CloseResult {
        Granted = "GRANTED",
        Refused = "REFUSED",
        Withdrawn = "WITHDRAWN",
        Returned = "RETURNED",
        CorrectionLapsed = "CORRECTION_LAPSED",
        Voided = "VOIDED",
        Transferred = "TRANSFERRED",
    }
}

impl CloseResult {
    /// Whether the case was decided; handing on decides an escalated item only (domain §1).
    pub fn is_decision(self, kind_escalated: bool) -> bool {
        match self {
            Self::Granted | Self::Refused => true,
            Self::Transferred => kind_escalated,
            Self::Withdrawn | Self::Returned | Self::CorrectionLapsed | Self::Voided => false,
        }
    }
}

named_enum! {
    /// Why a case is suspended (domain §4 point 4).
    StopKind {
        Correction = "CORRECTION",
        Hearing = "HEARING",
        SiteSurvey = "SITE_SURVEY",
        ExpertReview = "EXPERT_REVIEW",
        InspectionTest = "INSPECTION_TEST",
        Appraisal = "APPRAISAL",
        TenderAuction = "TENDER_AUCTION",
        PublicNotice = "PUBLIC_NOTICE",
        UpstreamReview = "UPSTREAM_REVIEW",
        OtherStatutory = "OTHER_STATUTORY",
    }
}

impl StopKind {
    /// Whether the law itself takes it out of the limit (行政许可法 art 45); the others need the
    /// item's own rule.
    pub fn is_by_law(self) -> bool {
        matches!(
            self,
            Self::Hearing | Self::ExpertReview | Self::InspectionTest | Self::Appraisal | Self::TenderAuction
        )
    }
}

/// What STOP and RESUME say of a suspension (domain §4 points 4, 5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StopTerms {
    pub stop_id: Option<String>,
    pub kind: Option<StopKind>,
    pub basis: Option<String>,
    /// 批准时长, in its own unit.
    pub approved: Option<Limit>,
    pub approved_at: Option<Timestamp>,
    pub notified_at: Option<Timestamp>,
}

/// One event of one case (domain §7 `workflow_event`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unique; the last word in the order of events.
    pub event_id: String,
    /// Order given by the source among events of one instant; an event without it comes first.
    pub seq: Option<i64>,
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the source entered it.
    pub recorded_at: Option<Timestamp>,
    /// When the lake could know it (domain §4 point 14).
    pub known_at: Timestamp,
    /// Explicit due instant that the source tells with this event, the last instant in time.
    pub due_at: Option<Timestamp>,
    pub step_seq: Option<i64>,
    pub step_name: Option<String>,
    /// The step's limit in workdays, as the source tells it with its start.
    pub step_limit: Option<u32>,
    /// Role of whoever acted; the village clock asks for the village agent's.
    pub actor_role: Option<String>,
    /// Who handled the event, and so holds the case from it on.
    pub org_code: Option<String>,
    /// Of CLOSE; missing means granted.
    pub close_result: Option<CloseResult>,
    /// Of STOP and RESUME.
    pub stop: Option<Box<StopTerms>>,
    /// Of EXTEND: days by which the limit grows.
    pub extension_days: Option<u32>,
    /// Of EXTEND: when it was approved.
    pub approved_at: Option<Timestamp>,
    /// Of TRANSFER: who receives the case.
    pub to_org: Option<String>,
    /// The source has taken the event back: from when that is known on it counts as if it had never
    /// been, unless a newer version says otherwise.
    pub is_deleted: bool,
}

impl Event {
    /// Sort key of domain §4, inputs.
    pub(crate) fn order(&self) -> (Timestamp, Option<i64>, u8, &str) {
        let id = self.event_id.as_str();
        (self.occurred_at, self.seq, self.kind.rank(), id)
    }

    /// The due instant of the case told here. One on a step's event is the step's; one on EXTEND
    /// moves the due date by right and waits for extensions.
    pub(crate) fn case_due(&self) -> Option<Timestamp> {
        match self.kind {
            EventKind::Apply | EventKind::Receive | EventKind::Accept => self.due_at,
            EventKind::Extend | EventKind::StepStart | EventKind::StepEnd | EventKind::ReturnStep => None,
            _ if self.step_seq.is_none() => self.due_at,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
