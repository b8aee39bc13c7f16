//! Corrected events: several versions of one `event_id`, of which the latest counts, and none if that
//! one takes the event back.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::Event;

/// Up to so many events, comparing each with each is quicker than hashing.
const FEW: usize = 24;

/// Whether an event is there in more than one version, or is taken back: not all of them count.
pub(crate) fn has_several(events: &[&Event]) -> bool {
    if events.iter().any(|event| event.is_deleted) {
        return true;
    }
    if events.len() > FEW {
        let mut ids = HashSet::with_capacity(events.len());
        return !events.iter().all(|event| ids.insert(event.event_id.as_str()));
    }
    let mut rest = events;
    while let Some((first, others)) = rest.split_first() {
        // From the end on: ids that differ mostly differ there.
        if others.iter().any(|other| is_same(first.event_id.as_bytes(), other.event_id.as_bytes())) {
            return true;
        }
        rest = others;
    }
    false
}

fn is_same(id: &[u8], other: &[u8]) -> bool {
    id.last() == other.last() && id == other
}

/// The latest version of each event that is not taken back, in order: by recording, then by when it
/// could be known.
pub(crate) fn latest<'e>(events: &[&'e Event]) -> Vec<&'e Event> {
    let mut latest: Vec<&Event> = if has_several(events) {
        let mut latest: HashMap<&str, &'e Event> = HashMap::with_capacity(events.len());
        for event in events {
            let held = latest.entry(&event.event_id).or_insert(event);
            if version(held) < version(event) {
                *held = event;
            }
        }
        latest.into_values().filter(|event| !event.is_deleted).collect()
    } else {
        events.to_vec()
    };
    latest.sort_by(|a, b| a.order().cmp(&b.order()));
    latest
}

fn version(event: &Event) -> (Timestamp, Timestamp, impl Ord + use<'_>, bool) {
    (event.recorded_at.unwrap_or(event.known_at), event.known_at, event.order(), event.is_deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;
    use crate::testing::{at, event};

    #[test]
    fn few_and_many_events_are_told_apart_alike() {
        for count in [0, 1, 2, FEW, FEW + 1, 60] {
            let mut events: Vec<Event> = (0..count).map(|_| event(EventKind::Accept, "2018-03-05T10:00")).collect();
            for (place, event) in events.iter_mut().enumerate() {
                event.event_id = format!("E{place}");
            }
            let read: Vec<&Event> = events.iter().collect();
            assert!(!has_several(&read), "{count}");
            assert_eq!(latest(&read).len(), count);
            for twice in 0..count {
                let doubled: Vec<&Event> = read.iter().copied().chain([read[twice]]).collect();
                assert!(has_several(&doubled), "{count} {twice}");
                assert_eq!(latest(&doubled).len(), count);
            }
        }
    }

    #[test]
    fn the_version_recorded_last_counts_then_the_one_known_last() {
        let version = |recorded: Option<&str>, known: &str| {
            let event = event(EventKind::Accept, "2018-03-05T10:00");
            Event { event_id: "E".to_owned(), recorded_at: recorded.map(at), known_at: at(known), ..event }
        };
        for (older, newer) in [
            (
                version(Some("2018-03-06T10:00"), "2018-03-09T10:00"),
                version(Some("2018-03-07T10:00"), "2018-03-08T10:00"),
            ),
            (
                version(Some("2018-03-06T10:00"), "2018-03-08T10:00"),
                version(Some("2018-03-06T10:00"), "2018-03-09T10:00"),
            ),
            (version(None, "2018-03-06T10:00"), version(Some("2018-03-06T10:01"), "2018-03-08T10:00")),
        ] {
            assert_eq!(latest(&[&older, &newer]), [&newer]);
            assert_eq!(latest(&[&newer, &older]), [&newer]);
            // Taken back by the newer one, it is none; taken back by the older one, it is there again.
            let [gone, back] = [&newer, &older].map(|event| Event { is_deleted: true, ..event.clone() });
            assert!(latest(&[&older, &gone]).is_empty() && latest(&[&gone, &older]).is_empty());
            assert_eq!(latest(&[&back, &newer]), [&newer]);
        }
    }

    #[test]
    fn what_is_taken_back_is_left_out_whatever_else_is_there() {
        let other = event(EventKind::Close, "2018-03-06T10:00");
        let gone = Event { is_deleted: true, ..event(EventKind::Accept, "2018-03-05T10:00") };
        assert!(has_several(&[&gone]) && latest(&[&gone]).is_empty());
        assert_eq!(latest(&[&gone, &other]), [&other]);
        let told_at_once = Event { is_deleted: false, ..gone.clone() };
        assert!(latest(&[&told_at_once, &gone]).is_empty() && latest(&[&gone, &told_at_once]).is_empty());
    }
}
