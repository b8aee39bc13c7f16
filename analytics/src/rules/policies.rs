//! The card policies of a region, by the days on which they hold.

use datasets::contract::SLA_POLICY;
use jiff::Timestamp;
use jiff::civil::Date;
use sla::Policy;

use super::{RuleTables, Stood, body, rule};
use crate::AnalyticsError;
use crate::cells::{Day, Flag, Instant, Int, Text, columns};

columns! {
    PolicyColumns {
        policy: Text,
        version: Int,
        region: Text,
        official: Flag,
        valid_from: Day,
        valid_to: Day,
        body: Text,
        put_at: Instant,
        replaced_at: Instant,
    }
}

/// The policies of one region, the oldest first.
#[derive(Debug)]
pub(super) struct Policies {
    /// Never empty.
    official: Vec<Dated>,
    shadows: Vec<Dated>,
}

#[derive(Debug)]
struct Dated {
    /// First day of acceptance that it judges.
    from: Date,
    /// First day that it judges no more.
    to: Option<Date>,
    stood: Stood,
    policy: Policy,
}

impl Dated {
    fn holds(&self, day: Option<Date>) -> bool {
        match (day, self.to) {
            (Some(day), to) => self.from <= day && to.is_none_or(|to| day < to),
            (None, to) => to.is_none(),
        }
    }
}

impl Policies {
    pub(super) async fn load(region: &str, tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let mut all = Vec::new();
        for batch in tables.read(&SLA_POLICY, PolicyColumns::FIELDS).await? {
            let rows = PolicyColumns::of(&batch);
            for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region)) {
                let name = rows.policy.get(at).unwrap_or_default();
                let version = rows.version.get(at).unwrap_or_default();
                let text = rows.body.get(at).unwrap_or_default();
                let policy = body::read(name, version, rows.official.get(at), text)?;
                all.push(Dated {
                    from: rows.valid_from.get(at).unwrap_or(Date::MIN),
                    to: rows.valid_to.get(at),
                    stood: Stood::of(rows.put_at, rows.replaced_at, at),
                    policy,
                });
            }
        }
        all.sort_by_key(|row: &Dated| (row.from, row.policy.version));
        let (official, shadows): (Vec<Dated>, Vec<Dated>) = all.into_iter().partition(|row| row.policy.is_official);
        if official.is_empty() {
            return Err(rule("sla_policy", format!("no official policy for region {region}")));
        }
        if let Some((left, right)) = rivals(&official) {
            let told = |row: &Dated| format!("{} version {}", row.policy.name, row.policy.version);
            let both = format!("{} and {} are both official for region {region}", told(left), told(right));
            return Err(rule("sla_policy", format!("{both} from {} on; one of them must not be", left.from)));
        }
        Ok(Self { official, shadows })
    }

    /// The one that judges cases whose clock starts on that day, of those that stood at an instant: the
    /// latest in force; where there is none, the last that began before, else the first.
    pub(super) fn official(&self, day: Option<Date>, by: Timestamp) -> &Policy {
        let standing = self.official.iter().filter(|row| row.stood.at(by));
        let begun = standing.clone().rev().filter(|row| day.is_none_or(|day| row.from <= day));
        let held = begun.clone().find(|row| row.holds(day)).or_else(|| begun.clone().next());
        &held.or_else(|| standing.clone().next()).unwrap_or(&self.official[0]).policy
    }

    /// Those that judge cases whose clock starts on a day of the period, the exclusive last one named second, the
    /// oldest first.
    pub(super) fn of_days(&self, from: Date, to: Date, by: Timestamp) -> Vec<&Policy> {
        let begun = self.official.iter().map(|row| row.from).filter(|day| from < *day && *day < to);
        let mut found: Vec<&Policy> = Vec::new();
        for day in std::iter::once(from).chain(begun) {
            let policy = self.official(Some(day), by);
            if found.iter().all(|held| (&held.name, held.version) != (&policy.name, policy.version)) {
                found.push(policy);
            }
        }
        found
    }

    /// When rows of official policies were put, and replaced.
    pub(super) fn changed_at(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.official.iter().flat_map(|row| row.stood.instants())
    }

    /// The same of those for comparison.
    pub(super) fn shadows_changed_at(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.shadows.iter().flat_map(|row| row.stood.instants())
    }

    pub(super) fn shadows(&self, day: Option<Date>) -> Vec<&Policy> {
        let mut found: Vec<&Policy> = Vec::new();
        for row in self.shadows.iter().rev().filter(|row| row.stood.is_present() && row.holds(day)) {
            if found.iter().all(|held| held.name != row.policy.name) {
                found.push(&row.policy);
            }
        }
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found
    }
}

/// Two policies, of rows in order, that would judge from the same day on. Of versions of one policy the last
/// judges.
fn rivals(official: &[Dated]) -> Option<(&Dated, &Dated)> {
    let standing: Vec<&Dated> = official.iter().filter(|row| row.stood.is_present()).collect();
    standing.windows(2).find_map(|pair| match *pair {
        [left, right] if left.from == right.from && left.policy.name != right.policy.name => Some((left, right)),
        _ => None,
    })
}
