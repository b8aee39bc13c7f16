//! What a registration tells beside the case's life: who applies, what it costs, how the result is handed
//! over. Worked out of the case's own ids, so that no draw of another column changes. All of it is made up.

use super::record::SampleCase;
use super::rng::{Rng, key};

/// Per mille of applicants that are organizations, of certificates that cost something, and of those fees
/// of which something else was paid (domain §8 R17).
const ORGANIZATIONS: i64 = 30;
const CHARGED: i64 = 60;
const DEVIATING: i64 = 40;
/// What a certificate costs, hundredths of a yuan.
const FEES: [u32; 3] = [500, 1_000, 2_000];

/// The columns at the end of the case file.
pub(super) struct Particulars {
    /// `PERSON` or `ORG`.
    pub(super) applicant_type: &'static str,
    /// Hundredths of a yuan.
    pub(super) fee_due: u32,
    pub(super) fee_paid: u32,
    /// Empty where there is nothing to hand over.
    pub(super) delivery_mode: &'static str,
}

impl Particulars {
    pub(super) fn of(case: &SampleCase) -> Self {
        // An applicant is the same in each case.
        let is_organization = Rng::seeded(&[key(&case.applicant_id), 29]).per_mille(ORGANIZATIONS);
        let mut rng = Rng::seeded(&[key(&case.case_no), 23]);
        let has_result = case.item.certificate;
        let fee_due = match rng.below(FEES.len() as i64) as usize {
            fee if has_result && rng.per_mille(CHARGED) => FEES[fee],
            _ => 0,
        };
        let fee_paid = if rng.per_mille(DEVIATING) { fee_due + fee_due / 5 } else { fee_due };
        let draw = rng.below(1_000);
        let delivery_mode = match (has_result, case.agent_id.is_some(), case.apply_channel) {
            (false, ..) => "",
            (_, true, _) if draw < 700 => "AGENT",
            (_, _, 2 | 3) if draw < 400 => "COURIER",
            (_, _, 2 | 3) if draw < 600 => "ONLINE",
            _ => "COUNTER",
        };
        Self { applicant_type: if is_organization { "ORG" } else { "PERSON" }, fee_due, fee_paid, delivery_mode }
    }
}
