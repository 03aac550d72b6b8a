//! The `jmt` crate on RocksDB, which has the options of the plain RocksDB beside it. Nodes are read
//! from there each time, as its traits have it. All versions are kept, and so the list of what each
//! version made obsolete is not. Keys are as they are, since they are digests already.

use crate::engine::{Engine, ProofCost};
use crate::rocksdb::{Database, WriteBatch};
use crate::run::Options;
use crate::usage::timed;
use crate::workload::{Key, Update};
use anyhow::{ensure, Result};
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, Version};
use std::path::Path;

const NODE: u8 = b'n';
const VALUE: u8 = b'v';

/// n | version be64 | the path: so new nodes come behind all others.
fn node_row(key: &NodeKey) -> Result<Vec<u8>> {
    let mut row = vec![NODE];
    row.extend_from_slice(&key.version().to_be_bytes());
    borsh::to_writer(&mut row, key.nibble_path())?;
    Ok(row)
}

/// v | key hash | version be64, all bits turned over: so the newest of a key is the first.
fn value_row(key: &KeyHash, version: Version) -> Vec<u8> {
    let mut row = vec![VALUE];
    row.extend_from_slice(&key.0);
    row.extend_from_slice(&(!version).to_be_bytes());
    row
}

pub struct JmtEngine {
    database: Database,
    next_version: Version,
}

pub fn open(directory: &Path, options: &Options) -> Result<JmtEngine> {
    let database = Database::open(&directory.join("jmt"), options.cache_mib)?;
    Ok(JmtEngine {
        database,
        next_version: 0,
    })
}

impl TreeReader for JmtEngine {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>> {
        let row = node_row(key)?;
        self.database
            .get(&row, |found| Ok(borsh::from_slice(found)?))
    }

    fn get_value_option(&self, newest: Version, key: KeyHash) -> Result<Option<OwnedValue>> {
        let row = value_row(&key, newest);
        let of_key = row.len() - size_of::<Version>();
        self.database.first_from(&row, |found, value| {
            (found.get(..of_key) == Some(&row[..of_key])).then(|| value.to_vec())
        })
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("only restoring a tree asks for this")
    }
}

impl Engine for JmtEngine {
    fn write(&mut self, batch: Vec<Update>, sync: bool) -> Result<()> {
        let values = batch
            .into_iter()
            .map(|(key, value)| (KeyHash(key), Some(value)));
        let (_, made) = Sha256Jmt::new(self).put_value_set(values, self.next_version)?;
        let mut rows = WriteBatch::new();
        for (key, node) in made.node_batch.nodes() {
            rows.put(&node_row(key)?, &borsh::to_vec(node)?);
        }
        for ((version, key), value) in made.node_batch.values() {
            if let Some(value) = value {
                rows.put(&value_row(key, *version), value);
            }
        }
        self.database.write(&rows, sync)?;
        self.next_version += 1;
        Ok(())
    }

    fn proofs(&self, keys: &[Key]) -> Result<ProofCost> {
        ensure!(self.next_version > 0, "the store is empty");
        let newest = self.next_version - 1;
        let tree = Sha256Jmt::new(self);
        let root = tree.get_root_hash(newest)?;
        // The crate reads the value with the proof.
        let (proofs, make_us) = timed(keys, |key| tree.get_with_proof(KeyHash(*key), newest))?;
        let proven: Vec<_> = keys.iter().zip(proofs).collect();
        let (_, verify_us) = timed(&proven, |(key, (value, proof))| {
            proof.verify(root, KeyHash(**key), value.as_ref())
        })?;
        Ok(ProofCost { make_us, verify_us })
    }
}
