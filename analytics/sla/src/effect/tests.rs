use super::Effects;
use crate::EventKind::{self, *};
use crate::testing::{at, event, extend, recorded};
use crate::{Event, Policy};

/// What helps: entered late, it takes effect when it was entered.
const HELPS: [EventKind; 10] =
    [Stop, Close, Withdraw, Void, NotAccept, CorrectionNotice, StepEnd, ReturnStep, Deliver, Extend];

/// The effect of an event, and of the same event in a case entered afterwards with approval.
fn effects(event: &Event) -> [jiff::Timestamp; 2] {
    let policy = Policy::for_testing();
    [false, true].map(|is_backfill| Effects { policy: &policy, is_backfill }.of(event))
}

#[test]
fn an_entry_is_late_after_more_than_the_policy_s_hours() {
    let happened = "2018-03-12T09:00";
    let closed = |entered: &str| effects(&recorded(event(Close, happened), entered));
    assert_eq!(closed("2018-03-13T09:00"), [at(happened); 2], "24 hours");
    let later = "2018-03-13T09:00:00.000001";
    assert_eq!(closed(later), [at(later), at(happened)]);
}

#[test]
fn only_what_helps_takes_effect_when_it_was_entered() {
    let (happened, entered) = (at("2018-03-12T09:00"), at("2018-03-14T09:00"));
    for kind in EventKind::ALL {
        let [effect, afterwards] = effects(&recorded(event(*kind, "2018-03-12T09:00"), "2018-03-14T09:00"));
        assert_eq!(effect, if HELPS.contains(kind) { entered } else { happened }, "{kind}");
        assert_eq!(afterwards, happened, "{kind}");
    }
}

#[test]
fn an_extension_takes_effect_with_its_approval_and_not_before_its_late_entry() {
    let approved = |when: &str, entered: &str| {
        let mut extension = recorded(extend(5, "2018-03-07T09:00"), entered);
        extension.approved_at = Some(at(when));
        effects(&extension)
    };
    for (approval, entry, effect) in [
        ("2018-03-06T09:00", "2018-03-08T09:00", "2018-03-06T09:00"),
        ("2018-03-07T17:00", "2018-03-08T09:00", "2018-03-07T17:00"),
        ("2018-03-06T09:00", "2018-03-09T09:00", "2018-03-09T09:00"),
        ("2018-03-12T09:00", "2018-03-09T09:00", "2018-03-12T09:00"),
    ] {
        assert_eq!(approved(approval, entry), [at(effect), at(approval)], "{approval} {entry}");
    }
}
