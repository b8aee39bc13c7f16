//! What the clock has to say about a case besides its instants.

named_enum! {
    /// A remark of the clock (domain §4, `reasons[]`). None stops the fold.
    Reason {
        /// A second ACCEPT; the first one stays the start (point 1).
        SecondAccept = "SECOND_ACCEPT",
        /// A NOT_ACCEPT after an acceptance; ignored.
        NotAcceptAfterAccept = "NOT_ACCEPT_AFTER_ACCEPT",
        /// The promise is longer than the statutory limit, which therefore decides (point 3).
        PromiseOverStatutory = "PROMISE_OVER_STATUTORY",
        /// A limit is not in workdays. Such a promise (or, without a promise, such a statutory
        /// limit) does not count yet; such a statutory limit beside a promise is not compared.
        UnitNotSupported = "UNIT_NOT_SUPPORTED",
        /// A later event tells another due instant; the first one stays (point 3).
        DueMoved = "DUE_MOVED",
        /// The source's own due date is not the one that the limit gives (point 3).
        DueDiffers = "DUE_DIFFERS",
        /// The closing was entered too late and takes effect when it was recorded (point 10).
        LateEntry = "LATE_ENTRY",
        /// Closed before, or without, an acceptance (point 11).
        ClosedBeforeStart = "CLOSED_BEFORE_START",
        /// An event after a final state without REOPEN; ignored (point 11).
        EventAfterFinal = "EVENT_AFTER_FINAL",
        /// A REOPEN of a case that is not closed; ignored.
        ReopenWithoutClose = "REOPEN_WITHOUT_CLOSE",
        /// The due date rests on a day whose calendar is not known: no card (domain §3).
        CalendarProvisional = "CALENDAR_PROVISIONAL",
    }
}

/// Adds a reason once.
pub(crate) fn note(reasons: &mut Vec<Reason>, reason: Reason) {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}
