//! How much was compared, and how much was not because the rules leave it open.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Default)]
pub struct Coverage {
    compared: RefCell<BTreeMap<&'static str, u64>>,
    left_open: RefCell<BTreeMap<&'static str, u64>>,
}

impl Coverage {
    pub fn compared(&self, what: &'static str) {
        *self.compared.borrow_mut().entry(what).or_default() += 1;
    }

    pub fn left_open(&self, why: &'static str) {
        *self.left_open.borrow_mut().entry(why).or_default() += 1;
    }

    pub fn of(&self, what: &str) -> u64 {
        self.compared.borrow().get(what).copied().unwrap_or(0)
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, counts) in [("compared", &self.compared), ("left open", &self.left_open)] {
            writeln!(f, "{name}:")?;
            for (what, count) in counts.borrow().iter() {
                writeln!(f, "  {count:>9} {what}")?;
            }
        }
        Ok(())
    }
}
