//! The one task that looks for what becomes stale: new versions of tables, whoever wrote them, and the
//! instants that were known ahead at which something changes by time alone (design §2.3).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use analytics::{AnalyticsError, Engine, Param, Principal};
use datasets::clock::{Clock, SystemClock};
use datasets::contract::{self, CARD, CASE_STATE};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use queries::panel;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::{ALL, Beat, CLOCK, SCENE};

/// How often the logs are looked at: a file a table is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The clock shows whole milliseconds at best to a timer.
const SHORTEST: Duration = Duration::from_millis(1);
/// After a look that failed.
const AGAIN: Duration = Duration::from_secs(1);
/// Ages on pages are told in minutes of the lake's clock,
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// but they are not asked for more often than this, however fast that clock runs.
const SELDOM: Duration = Duration::from_secs(5);
/// How long the wall shows a scene, real time.
const SCENE_SECONDS: i64 = 20;
/// As many as panel `turns` gives at most.
const MOST_TURNS: usize = 500;

type Names = BTreeSet<&'static str>;

/// One row of panel `turns`.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Turn {
    turn_at: Timestamp,
    is_card: bool,
}

/// Watches until nobody listens any more.
pub(super) async fn keep(engine: Engine, told: watch::Sender<Beat>) {
    let mut watcher = Watcher::new(engine);
    let mut is_failing = false;
    loop {
        let pause = match watcher.round(&told).await {
            Ok(()) => {
                if std::mem::take(&mut is_failing) {
                    tracing::info!("the lake can be watched again");
                    told.send_modify(|beat| beat.strike([ALL]));
                }
                watcher.pause()
            }
            Err(error) => {
                if !std::mem::replace(&mut is_failing, true) {
                    tracing::error!("it cannot be seen whether the lake has changed: {error}");
                }
                // So that nothing is kept whose age nobody knows.
                told.send_modify(|beat| beat.strike([]));
                AGAIN
            }
        };
        tokio::select! {
            () = told.closed() => return,
            () = sleep(pause) => {}
        }
    }
}

struct Watcher {
    engine: Engine,
    /// For the scenes of the wall, which keep real time.
    machine: SystemClock,
    scene: i64,
    versions: HashMap<&'static str, u64>,
    /// Soonest first.
    turns: VecDeque<Turn>,
    has_all_turns: bool,
    /// Whether the turns may be others by now.
    is_outdated: bool,
    /// Up to when turns have been told.
    seen: Timestamp,
    day: Option<Date>,
    minute: (Timestamp, Instant),
}

impl Watcher {
    fn new(engine: Engine) -> Self {
        let now = engine.clock().now();
        Self {
            engine,
            machine: SystemClock::default(),
            scene: 0,
            versions: HashMap::new(),
            turns: VecDeque::new(),
            has_all_turns: true,
            is_outdated: true,
            seen: now,
            day: None,
            minute: (now, Instant::now()),
        }
    }

    /// Tells what has become stale, and only then looks for what will.
    async fn round(&mut self, told: &watch::Sender<Beat>) -> Result<(), AnalyticsError> {
        let mut names = self.new_versions().await?;
        self.turned(&mut names);
        let scene = u64::try_from(self.scene).unwrap_or_default();
        if !names.is_empty() {
            told.send_modify(|beat| {
                beat.scene = scene;
                beat.strike(names);
            });
        }
        if self.is_outdated { self.look_ahead().await } else { Ok(()) }
    }

    async fn new_versions(&mut self) -> Result<Names, AnalyticsError> {
        let mut names = Names::new();
        for contract in contract::ALL {
            let table = self.engine.lake().table(contract);
            let newer = match self.versions.get(contract.table) {
                Some(version) => table.newer_than(*version).await?,
                None => Some(table.refresh().await?.version()),
            };
            if let Some(version) = newer {
                self.versions.insert(contract.table, version);
                names.insert(contract.table);
                self.is_outdated = true;
            }
        }
        Ok(names)
    }

    /// What has changed by time alone since the last look.
    fn turned(&mut self, names: &mut Names) {
        let now = self.engine.clock().now();
        while let Some(turn) = self.turns.pop_front_if(|turn| turn.turn_at <= now) {
            names.insert(CASE_STATE.table);
            if turn.is_card {
                names.insert(CARD.table);
            }
        }
        self.is_outdated |= self.turns.is_empty() && !self.has_all_turns;
        self.seen = now;
        let day = self.engine.zone().to_datetime(now).date();
        if self.day.replace(day) != Some(day) {
            names.insert(ALL);
        }
        let (at, since) = self.minute;
        if now.duration_since(at) >= MINUTE && since.elapsed() >= SELDOM {
            self.minute = (now, Instant::now());
            names.insert(CLOCK);
            // Also in case a log has been tidied further than it was looked at.
            self.is_outdated = true;
        }
        let scene = self.machine.now().as_second() / SCENE_SECONDS;
        if scene != self.scene {
            self.scene = scene;
            names.insert(SCENE);
        }
    }

    /// What comes between `seen` and the session's as-of is in the answer, and told at the next look.
    async fn look_ahead(&mut self) -> Result<(), AnalyticsError> {
        let session = self.engine.session(&Principal::local(), None).await?;
        let mut turns: Vec<Turn> = session.rows(panel::TURNS, &[("since", Param::Instant(self.seen))]).await?;
        turns.sort_unstable_by_key(|turn| turn.turn_at);
        self.has_all_turns = turns.len() < MOST_TURNS;
        self.turns = turns.into();
        for (table, version) in session.versions() {
            // Newer than it was looked at: the next look tells it.
            if self.versions.get(table).is_some_and(|known| known < version) {
                self.versions.remove(table);
            }
        }
        self.is_outdated = false;
        Ok(())
    }

    /// Until the next turn, and not beyond the next look at the logs.
    fn pause(&self) -> Duration {
        let next = self.turns.front().map_or(LOOK_EVERY, |turn| self.engine.clock().until(turn.turn_at));
        next.clamp(SHORTEST, LOOK_EVERY)
    }
}
