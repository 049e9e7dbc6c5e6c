//! How much must have happened for a run to prove something.

use std::collections::BTreeMap;

use crate::report::Row;

/// The databases on which there were fewer payments or kills than that, in words.
#[must_use]
pub fn shortfalls(rows: &[Row], payments: usize, kills: u64) -> Vec<String> {
    let mut totals: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for row in rows {
        let total = totals.entry(row.database).or_default();
        *total = (total.0 + row.payments, total.1 + row.kills);
    }
    let too_few = totals.iter().filter(|(_, (made, died))| *made < payments || *died < kills);
    let told = too_few.map(|(database, (made, died))| {
        format!("{database}: {made} payments and {died} kills, not {payments} and {kills}")
    });
    told.collect()
}
