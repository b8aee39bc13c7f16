//! What the clock has to say about a case besides its instants.

named_enum! {
    /// A remark of the clock (domain §4, `reasons[]`; docs/CLOCK.md). None stops the fold.
    Reason {
        /// A second ACCEPT; the first one stays the start (point 1).
        SecondAccept = "SECOND_ACCEPT",
        /// An ACCEPT after the case was deemed accepted; the start stays (point 1).
        LateAccept = "LATE_ACCEPT",
        /// Nobody answered the receipt in time, so the case counts as accepted (point 1).
        DeemedAccepted = "DEEMED_ACCEPTED",
        /// A NOT_ACCEPT after an acceptance; ignored.
        NotAcceptAfterAccept = "NOT_ACCEPT_AFTER_ACCEPT",
        /// A NOT_ACCEPT after the case was deemed accepted; it ends the case (point 1).
        LateNotAccept = "LATE_NOT_ACCEPT",
        /// A second notice to correct (point 1, R04).
        RepeatedCorrection = "REPEATED_CORRECTION",
        /// A notice to correct after the start; it stops nothing (point 4).
        CorrectionAfterStart = "CORRECTION_AFTER_START",
        /// A completion that no notice had asked for; ignored.
        CompleteWithoutNotice = "COMPLETE_WITHOUT_NOTICE",
        /// The promise is longer than the statutory limit, which therefore decides (point 3).
        PromiseOverStatutory = "PROMISE_OVER_STATUTORY",
        /// A limit, or the approved length of a stop, is longer than some twenty years, and cut to that.
        LimitCut = "LIMIT_CUT",
        /// A later event tells another due instant; the first one stays (point 3).
        DueMoved = "DUE_MOVED",
        /// The source's own due date is not the one that the limit gives (point 3).
        DueDiffers = "DUE_DIFFERS",
        /// An event was entered too late and takes effect when it was recorded (point 10).
        LateEntry = "LATE_ENTRY",
        /// Closed before, or without, an acceptance (point 11).
        ClosedBeforeStart = "CLOSED_BEFORE_START",
        /// A CLOSE that names no result; it counts as granted (point 11).
        ClosedWithoutResult = "CLOSED_WITHOUT_RESULT",
        /// An event after a final state without REOPEN; ignored (point 11).
        EventAfterFinal = "EVENT_AFTER_FINAL",
        /// A REOPEN of a case that is not closed; ignored.
        ReopenWithoutClose = "REOPEN_WITHOUT_CLOSE",
        /// A stop without basis, approved length or notice; not deducted (point 4).
        UnbasedStop = "UNBASED_STOP",
        /// A stop of a kind that the item does not allow; not deducted (point 4).
        StopKindNotAllowed = "STOP_KIND_NOT_ALLOWED",
        /// A stop of kind CORRECTION after the start (point 4).
        CorrectionStop = "CORRECTION_STOP",
        /// A stop went on past its cap (point 5).
        StopOverrun = "STOP_OVERRUN",
        /// A RESUME of no open stop; ignored (point 4).
        ResumeWithoutStop = "RESUME_WITHOUT_STOP",
        /// An extension after the due instant; ignored (point 7).
        LateExtension = "LATE_EXTENSION",
        /// An extension after one in force; ignored (point 7).
        SecondExtension = "SECOND_EXTENSION",
        /// An extension longer than the item allows, cut to that (point 7).
        ExtensionCut = "EXTENSION_CUT",
        /// An extension that names no days; ignored.
        ExtensionWithoutDays = "EXTENSION_WITHOUT_DAYS",
        /// An extension of a limit in hours or minutes; ignored.
        ExtensionUnit = "EXTENSION_UNIT",
        /// Decided without data of any step, of an item that has steps with limits (point 11).
        ClosedWithoutSteps = "CLOSED_WITHOUT_STEPS",
        /// A step that was ended but never started (point 11).
        StepNeverStarted = "STEP_NEVER_STARTED",
        /// A step began before the case was received or applied for (point 11).
        StepBeforeRegistration = "STEP_BEFORE_REGISTRATION",
        /// Closed while a step was open (point 11).
        ClosedBeforeStep = "CLOSED_BEFORE_STEP",
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

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn the_rule_of_every_reason_is_documented() {
        let told = include_str!("../../../docs/CLOCK.md");
        let untold: Vec<&Reason> = Reason::ALL.iter().filter(|reason| !told.contains(&format!("`{reason}`"))).collect();
        assert!(untold.is_empty(), "docs/CLOCK.md lacks {untold:?}");
    }
}
