//! Application, receipt, correction, acceptance or refusal.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::moments::{Entry, Gap, Minutes, entries, gaps, moments};

#[derive(Debug, Clone)]
pub struct Opening {
    pub apply: Option<Handled>,
    pub receive: Option<Handled>,
    pub correction: Option<Correction>,
    pub accepts: Vec<(Minutes, Entry)>,
    pub refusal: Option<(Minutes, Entry)>,
}

#[derive(Debug, Clone)]
pub struct Handled {
    pub at: Minutes,
    pub entry: Entry,
    pub role: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Correction {
    pub at: Minutes,
    pub entry: Entry,
    pub completed: Option<(Gap, Entry)>,
}

fn handled() -> impl Strategy<Value = Handled> {
    let roles = vec![None, Some("village_agent"), Some("代办员"), Some("agent"), Some("window"), Some("村级代办员")];
    (moments(0..2), entries(), select(roles)).prop_map(|(at, entry, role)| Handled { at, entry, role })
}

pub fn openings() -> impl Strategy<Value = Opening> {
    let accept = || (prop_oneof![5 => moments(0..3), 1 => moments(0..14)], entries());
    let refusal = || (moments(0..14), entries());
    let outcome = prop_oneof![
        13 => (vec(accept(), 1), Just(None::<(Minutes, Entry)>)),
        2 => (vec(accept(), 0), Just(None::<(Minutes, Entry)>)),
        1 => (vec(accept(), 0), refusal().prop_map(Some)),
        1 => (vec(accept(), 1), refusal().prop_map(Some)),
        1 => (vec(accept(), 2), Just(None::<(Minutes, Entry)>)),
    ];
    let completed = weighted(0.85, (gaps(0..20), entries()));
    let correction = (moments(0..10), entries(), completed);
    let correction = correction.prop_map(|(at, entry, completed)| Correction { at, entry, completed });
    (weighted(0.2, handled()), weighted(0.9, handled()), weighted(0.15, correction), outcome).prop_map(
        |(apply, receive, correction, (accepts, refusal))| Opening { apply, receive, correction, accepts, refusal },
    )
}
