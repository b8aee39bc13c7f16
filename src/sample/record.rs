//! The shapes of a sample: what the exported files have in their columns.

use std::sync::Arc;

use datasets::reference::ServiceItem;

/// One case: the columns of the case file, and its whole life. Times are whole seconds since
/// 1970-01-01 00:00, local.
pub struct SampleCase {
    /// `TEST-`, village, day of application and a number of four places.
    pub case_no: String,
    /// The item: id, version, kind, limits and steps.
    pub item: Arc<ServiceItem>,
    /// 12-digit code of the village.
    pub village_code: Arc<str>,
    /// A made-up person: 18 places that start with `TEST`.
    pub applicant_id: String,
    /// GB/T 39046 A.5: 1 counter, 2 online, 3 mobile, 9 other.
    pub apply_channel: u8,
    /// The village agent, if one filed it for the applicant.
    pub agent_id: Option<Arc<str>>,
    /// Who decides: the county department, for an instant item the village.
    pub org_code: Arc<str>,
    /// Visits beyond the village; unknown for some.
    pub visits_count: Option<u32>,
    /// `LIVE`, or `BACKFILL` for what was typed in days later by permission.
    pub entry_mode: &'static str,
    /// When the platform had the registration.
    pub recorded_at: i64,
    /// When it had the number of the certificate: the registration's second version.
    pub certified_at: Option<i64>,
    /// What happened, in order; also what lies beyond the present.
    pub events: Vec<SampleEvent>,
}

/// One event of a case.
pub struct SampleEvent {
    /// Number in the case, from 1.
    pub seq: u32,
    pub event_type: EventType,
    /// Which of the item's flow steps, from 0.
    pub step: Option<usize>,
    pub org_code: Arc<str>,
    pub role: Role,
    /// Number of the person in the organization; 0 for the applicant.
    pub actor: u8,
    /// What was decided (DECIDE), or how the case ended (CLOSE).
    pub outcome: Option<Outcome>,
    pub occurred_at: i64,
    /// Never before `occurred_at`, nor before the event that came before it.
    pub recorded_at: i64,
    pub detail: Option<Detail>,
}

/// What only some events say.
pub enum Detail {
    Stop(Stop),
    /// The end of the suspension; a case of the sample has one at most.
    Resume,
    /// Days more, with the time of their approval.
    Extend(u32, i64),
    /// Who receives the case: organization, and village if it stays in one.
    Transfer(Arc<str>, Option<Arc<str>>),
}

/// A suspension, as it was approved.
pub struct Stop {
    /// Which of the item's `allowed_stop_kinds`.
    pub kind: usize,
    /// Empty where somebody forgot it.
    pub basis: &'static str,
    pub length: u32,
    /// `CD` or `WD`.
    pub unit: &'static str,
    pub approved_at: i64,
    /// When the applicant was told, if ever.
    pub notified_at: Option<i64>,
}

/// Declares an enum whose variants are written as codes.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// As the file has it.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }
    };
}

codes!(
    /// What happened (domain §7).
    EventType {
        Apply = "APPLY",
        Receive = "RECEIVE",
        CorrectionNotice = "CORRECTION_NOTICE",
        CorrectionComplete = "CORRECTION_COMPLETE",
        Accept = "ACCEPT",
        NotAccept = "NOT_ACCEPT",
        StepStart = "STEP_START",
        StepEnd = "STEP_END",
        Stop = "STOP",
        Resume = "RESUME",
        Extend = "EXTEND",
        Transfer = "TRANSFER",
        Decide = "DECIDE",
        Close = "CLOSE",
        Reopen = "REOPEN",
        Deliver = "DELIVER",
    }
);
codes!(
    /// In which role someone acted.
    Role {
        Applicant = "APPLICANT",
        VillageAgent = "VILLAGE_AGENT",
        TownshipHandler = "TOWNSHIP_HANDLER",
        CountyHandler = "COUNTY_HANDLER",
        CountyApprover = "COUNTY_APPROVER",
    }
);
codes!(
    /// How a case ended (domain §1 `close_result`).
    Outcome {
        Granted = "GRANTED",
        Refused = "REFUSED",
        Withdrawn = "WITHDRAWN",
        Returned = "RETURNED",
        CorrectionLapsed = "CORRECTION_LAPSED",
        Voided = "VOIDED",
    }
);

impl Outcome {
    /// Whether the office decided; otherwise the case ended without a decision.
    pub fn is_decision(self) -> bool {
        matches!(self, Outcome::Granted | Outcome::Refused)
    }
}
