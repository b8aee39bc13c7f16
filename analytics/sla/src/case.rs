//! How a case stands: its three clocks and what goes with them.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{ClockKind, CloseResult, Extension, Limit, Pause, Reason, Start, StepClock, Suspension, Used};

named_enum! {
    /// What a due date rests on (domain §4 points 3 and 15).
    DueBasis {
        Promised = "PROMISED",
        Statutory = "STATUTORY",
        /// The item's limit of the village clock.
        Village = "VILLAGE",
        /// The source's own due instant.
        Explicit = "EXPLICIT",
        /// Neither a limit nor a due instant: no card.
        NoLimit = "NO_LIMIT",
        /// There is a limit or a due instant, but no start.
        NotStarted = "NOT_STARTED",
    }
}

/// One of the three clocks of a case (domain §4 point 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub kind: ClockKind,
    pub basis: DueBasis,
    /// The limit that decides, without extension; none with an explicit due instant.
    pub limit: Option<Limit>,
    /// Its number with the days of an extension.
    pub n: u32,
    pub started_at: Option<Timestamp>,
    /// Local date of the start: day 0.
    pub started_on: Option<Date>,
    /// When it stopped for good.
    pub ended_at: Option<Timestamp>,
    pub due_on: Option<Date>,
    /// Last instant in time; in time means ended at or before it (domain §4 point 3).
    pub due_at: Option<Timestamp>,
    /// When an open case gets near its limit, by the policy's YELLOW.
    pub yellow_at: Option<Timestamp>,
    /// When an open case turns RED by the policy.
    pub red_at: Option<Timestamp>,
    /// Seconds of the counted time, the denominator of the used ratio: office seconds of days 1 to
    /// N, natural seconds of natural days, or the office seconds of a limit in hours or minutes.
    pub limit_sec: Option<u64>,
    /// Days 1 to N.
    pub counted_on: Vec<Date>,
    /// Days up to the due date that a stop took out.
    pub excluded_on: Vec<Date>,
    /// The due date rests on days beyond the known calendar, so there is no card (domain §3).
    pub provisional: bool,
}

/// How a case stands by its known events (domain §4, output). It holds instants; what they mean at
/// a time is asked with [`CaseClock::status`] and [`CaseClock::used`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseClock {
    /// First RECEIVE, and first APPLY. Not the start (domain §1).
    pub received_at: Option<Timestamp>,
    pub applied_at: Option<Timestamp>,
    pub start: Option<Start>,
    pub promise: Clock,
    pub statutory: Clock,
    pub village: Clock,
    /// What its stops deduct together, in order and apart.
    pub pauses: Vec<Pause>,
    pub suspensions: Vec<Suspension>,
    /// The extension in force.
    pub extension: Option<Extension>,
    /// When the closing in force took effect (domain §4 point 10).
    pub closed_at: Option<Timestamp>,
    /// Local date of `closed_at`.
    pub closed_on: Option<Date>,
    pub close_result: Option<CloseResult>,
    /// The closing in force is a decision on the case (domain §1, `close_result`).
    pub decided: bool,
    /// When the closing in force was known.
    pub closed_known_at: Option<Timestamp>,
    /// First and last instant at which something of the case was known (domain §4 point 14).
    pub first_known_at: Timestamp,
    pub last_known_at: Timestamp,
    pub reasons: Vec<Reason>,
    pub steps: Vec<StepClock>,
    /// Organization that holds the case.
    pub holder: Option<String>,
    /// The time used when the case was closed; none while open or without a start.
    pub used_at_end: Option<Used>,
}

impl Clock {
    pub(crate) fn waiting(kind: ClockKind, basis: DueBasis, limit: Option<Limit>) -> Self {
        Self {
            kind,
            basis,
            limit,
            n: limit.map_or(0, |limit| limit.n),
            started_at: None,
            started_on: None,
            ended_at: None,
            due_on: None,
            due_at: None,
            yellow_at: None,
            red_at: None,
            limit_sec: None,
            counted_on: Vec::new(),
            excluded_on: Vec::new(),
            provisional: false,
        }
    }
}

impl CaseClock {
    /// A case of which nothing but its limits is known.
    pub fn not_started(promised: Option<Limit>, statutory: Option<Limit>, known_at: Timestamp) -> Self {
        let clock = |kind, limit: Option<Limit>| {
            let basis = if limit.is_some() { DueBasis::NotStarted } else { DueBasis::NoLimit };
            Clock::waiting(kind, basis, limit)
        };
        Self {
            received_at: None,
            applied_at: None,
            start: None,
            promise: clock(ClockKind::Promise, promised.or(statutory)),
            statutory: clock(ClockKind::Statutory, statutory),
            village: clock(ClockKind::Village, promised),
            pauses: Vec::new(),
            suspensions: Vec::new(),
            extension: None,
            closed_at: None,
            closed_on: None,
            close_result: None,
            decided: false,
            closed_known_at: None,
            first_known_at: known_at,
            last_known_at: known_at,
            reasons: Vec::new(),
            steps: Vec::new(),
            holder: None,
            used_at_end: None,
        }
    }
}

impl CaseClock {
    /// One of the three.
    pub fn clock(&self, kind: ClockKind) -> &Clock {
        match kind {
            ClockKind::Promise => &self.promise,
            ClockKind::Statutory => &self.statutory,
            ClockKind::Village => &self.village,
        }
    }
}
