//! Corrected events: several versions of one `event_id`, of which the latest counts.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::Event;

/// Whether an event is there in more than one version.
pub(crate) fn has_several(events: &[&Event]) -> bool {
    let mut ids = HashSet::with_capacity(events.len());
    !events.iter().all(|event| ids.insert(event.event_id.as_str()))
}

/// The latest version of each event: by recording, then by when it could be known.
pub(crate) fn latest<'e>(events: &[&'e Event]) -> Vec<&'e Event> {
    let mut latest: HashMap<&str, &'e Event> = HashMap::with_capacity(events.len());
    for event in events {
        let held = latest.entry(&event.event_id).or_insert(event);
        if version(held) < version(event) {
            *held = event;
        }
    }
    let mut latest: Vec<&Event> = latest.into_values().collect();
    latest.sort_by(|a, b| a.order().cmp(&b.order()));
    latest
}

fn version(event: &Event) -> (Timestamp, Timestamp, impl Ord + use<'_>) {
    (event.recorded_at.unwrap_or(event.known_at), event.known_at, event.order())
}
