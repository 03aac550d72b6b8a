//! What the run asks of a store.

use crate::workload::{Key, Update};
use anyhow::Result;

/// Microseconds of processor time for each.
pub struct ProofCost {
    pub make_us: f64,
    pub verify_us: f64,
}

pub trait Engine {
    /// Applies a batch as one version. With `sync` it is on the disk when this returns, as far as
    /// the engine can do that.
    fn write(&mut self, batch: Vec<Update>, sync: bool) -> Result<()>;

    /// Proves the keys, all of which are there, at the newest version, and verifies each proof
    /// with the key's value.
    fn proofs(&self, keys: &[Key]) -> Result<ProofCost>;
}
