//! NOMT with its defaults, but for SHA-256 instead of BLAKE3: two caches of the given size, no log
//! for rolling back, keys as they are, since they are digests already. A commit is on the disk when
//! it returns; that cannot be turned off, so loading syncs too. It keeps the newest version only.

use crate::engine::{Engine, ProofCost};
use crate::run::Options;
use crate::usage::timed;
use crate::workload::{Key, Update};
use anyhow::{ensure, Context, Result};
use bitvec::prelude::*;
use nomt::hasher::{Sha2Hasher, ValueHasher};
use nomt::trie::LeafData;
use nomt::{KeyReadWrite, Nomt, SessionParams};
use std::path::Path;

type Hasher = Sha2Hasher;

pub struct NomtEngine(Nomt<Hasher>);

/// Twice the pages that the tree of so many keys has: a page is six levels, and the store leaves
/// out those with fewer than twenty keys below them.
fn hash_table_buckets(keys: u64) -> u32 {
    const LEAST: u64 = 64_000; // the store's default
    const KEYS_IN_PAGE: u64 = 5; // on average; some pages of such a level have twenty
    let mut pages = 0;
    let mut level = 1;
    while level * KEYS_IN_PAGE <= keys {
        pages += level;
        level *= 64;
    }
    u32::try_from((2 * pages).max(LEAST)).unwrap_or(u32::MAX)
}

pub fn open(directory: &Path, options: &Options) -> Result<NomtEngine> {
    let mut settings = nomt::Options::new();
    settings.path(directory.join("nomt"));
    settings.bitbox_seed([7; 16]); // the same run after run
    settings.hashtable_buckets(hash_table_buckets(options.keys));
    settings.page_cache_size(options.cache_mib as usize);
    settings.leaf_cache_size(options.cache_mib as usize);
    Ok(NomtEngine(Nomt::open(settings)?))
}

impl Engine for NomtEngine {
    fn write(&mut self, batch: Vec<Update>, _sync: bool) -> Result<()> {
        let session = self.0.begin_session(SessionParams::default());
        let mut writes: Vec<(Key, KeyReadWrite)> = batch
            .into_iter()
            .map(|(key, value)| (key, KeyReadWrite::Write(Some(value))))
            .collect();
        writes.sort_unstable_by_key(|write| write.0);
        session.finish(writes)?.commit(&self.0)
    }

    fn proofs(&self, keys: &[Key]) -> Result<ProofCost> {
        let session = self.0.begin_session(SessionParams::default());
        let root = session.prev_root().into_inner();
        let (proofs, make_us) = timed(keys, |key| session.prove(*key))?;
        let mut proven = Vec::with_capacity(keys.len());
        for (key, proof) in keys.iter().zip(proofs) {
            let value = session
                .read(*key)?
                .context("a key that was written is absent")?;
            proven.push((*key, value, proof));
        }
        let (_, verify_us) = timed(&proven, |(key, value, proof)| {
            let verified = proof
                .verify::<Hasher>(key.view_bits::<Msb0>(), root)
                .map_err(|why| anyhow::anyhow!("a proof does not hold: {why:?}"))?;
            let leaf = LeafData {
                key_path: *key,
                value_hash: Hasher::hash_value(value),
            };
            let proven = matches!(verified.confirm_value(&leaf), Ok(true));
            ensure!(proven, "a proof is of another value");
            Ok(())
        })?;
        Ok(ProofCost { make_us, verify_us })
    }
}
