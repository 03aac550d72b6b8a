//! Firewood with its defaults: its newest 128 revisions can be read. It writes each revision to its
//! file in the background before it takes the one after the next, and never syncs. So after each
//! commit its file is synced here, which covers the batch before for certain: a batch is on the
//! disk one batch later than with the others, and nothing keeps a crash from tearing what is being
//! written.

use crate::engine::{Engine, ProofCost};
use crate::run::Options;
use crate::usage::timed;
use crate::workload::{Key, Update};
use anyhow::{Context, Result};
use firewood::api::{Db as _, DbView as _, Proposal as _};
use firewood::db::{BatchOp, Db, DbConfig};
use firewood::manager::RevisionManagerConfig;
use firewood_storage::NodeHashAlgorithm;
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;

pub struct FirewoodEngine {
    database: Db,
    file: File,
}

pub fn open(directory: &Path, options: &Options) -> Result<FirewoodEngine> {
    let folder = directory.join("firewood");
    let cache = NonZeroUsize::new((options.cache_mib as usize) << 20).context("no cache at all")?;
    let manager = RevisionManagerConfig::builder()
        .node_cache_memory_limit(cache)
        .build();
    let settings = DbConfig::builder()
        .node_hash_algorithm(NodeHashAlgorithm::MerkleDB)
        .truncate(true)
        .manager(manager)
        .build();
    let database = Db::new(&folder, settings)?;
    let file = File::open(folder.join("firewood.db"))?;
    Ok(FirewoodEngine { database, file })
}

impl Engine for FirewoodEngine {
    fn write(&mut self, batch: Vec<Update>, sync: bool) -> Result<()> {
        let writes: Vec<BatchOp<Key, Vec<u8>>> = batch
            .into_iter()
            .map(|(key, value)| BatchOp::Put { key, value })
            .collect();
        self.database.propose(writes)?.commit()?;
        if sync {
            self.file.sync_data()?;
        }
        Ok(())
    }

    fn proofs(&self, keys: &[Key]) -> Result<ProofCost> {
        let root = self.database.root_hash().context("the store is empty")?;
        let revision = self.database.revision(root.clone())?;
        let (proofs, make_us) = timed(keys, |key| Ok(revision.single_key_proof(key)?))?;
        let mut proven = Vec::with_capacity(keys.len());
        for (key, proof) in keys.iter().zip(proofs) {
            let value = revision
                .val(key)?
                .context("a key that was written is absent")?;
            proven.push((*key, value, proof));
        }
        let (_, verify_us) = timed(&proven, |(key, value, proof)| {
            Ok(proof.verify(key, Some(value), &root)?)
        })?;
        Ok(ProofCost { make_us, verify_us })
    }
}
