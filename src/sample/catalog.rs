//! The service items that people apply for, each as often as its weight says.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::ensure;
use datasets::reference::ServiceItem;

use super::days::Days;
use super::rng::Rng;

/// One service item.
pub(super) struct Item {
    pub(super) service: Arc<ServiceItem>,
    /// Number of its department's kind.
    pub(super) department: usize,
    pub(super) instant: bool,
    /// Whether a township has a step in it.
    pub(super) township: bool,
    /// Whether a county department has a step in it.
    pub(super) county: bool,
}

impl Item {
    /// The day on which the promise ends for a case accepted on `day`. Natural-day limits roll
    /// to a workday; months count as thirty days, which is near enough for a sample.
    pub(super) fn due(&self, days: &Days, day: i64) -> i64 {
        let service = &self.service;
        let (limit, unit) = match (service.promised_limit, service.statutory_limit) {
            (Some(limit), _) => (limit, service.promised_unit.as_str()),
            (None, Some(limit)) => (limit, service.statutory_unit.as_str()),
            (None, None) => (10, "WD"),
        };
        let limit = i64::from(limit);
        match unit {
            "CD" => days.after(day + limit - 1, 1),
            "MONTH" => days.after(day + 30 * limit - 1, 1),
            "HOUR" | "MIN" => days.after(day, 1),
            _ => days.after(day, limit),
        }
    }
}

/// All service items with a weight.
pub(super) struct Catalog {
    items: Vec<Item>,
    /// Sums of the weights up to and including each item.
    sums: Vec<f64>,
    /// Kinds of departments, those with most promised cases first.
    pub(super) kinds: Vec<String>,
}

impl Catalog {
    /// Fails if no item has a weight.
    pub(super) fn new(services: Vec<ServiceItem>) -> anyhow::Result<Catalog> {
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        for service in &services {
            let weight = if service.case_kind == "INSTANT" { 0.0 } else { service.volume_weight };
            *weights.entry(service.dept_kind.clone()).or_default() += weight;
        }
        let mut ranked: Vec<(String, f64)> = weights.into_iter().collect();
        ranked.sort_by(|left, right| right.1.total_cmp(&left.1));
        let kinds: Vec<String> = ranked.into_iter().map(|(kind, _)| kind).collect();

        let (mut items, mut sums, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for service in services {
            if service.volume_weight <= 0.0 {
                continue;
            }
            sum += service.volume_weight;
            sums.push(sum);
            let level = |wanted: char| service.flow_steps.iter().any(|step| step.level == wanted);
            items.push(Item {
                department: kinds.iter().position(|kind| *kind == service.dept_kind).unwrap_or(0),
                instant: service.case_kind == "INSTANT",
                township: level('T'),
                county: level('C'),
                service: Arc::new(service),
            });
        }
        ensure!(!items.is_empty(), "no service item has a volume_weight above 0");
        Ok(Catalog { items, sums, kinds })
    }

    /// The item of the next application.
    pub(super) fn pick(&self, rng: &mut Rng) -> &Item {
        let draw = rng.unit() * self.sums.last().copied().unwrap_or(0.0);
        let index = self.sums.partition_point(|sum| *sum <= draw);
        &self.items[index.min(self.items.len() - 1)]
    }
}
