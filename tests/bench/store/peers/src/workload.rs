//! The keys and values of the benchmark, the same as those of workload.cpp:
//!
//! - key number i is SHA-256 of the text "key i";
//! - loading writes the keys 0, 1, 2, …;
//! - a batch of updates takes the next numbers of splitmix64 with the state 1, each modulo the
//!   number of keys, and leaves out what the batch already has;
//! - the bytes of values are those of splitmix64 with the state 2.

use sha2::{Digest, Sha256};
use std::collections::HashSet;

pub type Key = [u8; 32];
pub type Update = (Key, Vec<u8>);

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

pub struct Workload {
    keys: u64,
    value_bytes: usize,
    choices: SplitMix64,
    contents: SplitMix64,
    updated: [u8; 32],
}

impl Workload {
    pub fn new(keys: u64, value_bytes: usize) -> Self {
        Workload {
            keys,
            value_bytes,
            choices: SplitMix64(1),
            contents: SplitMix64(2),
            updated: [0; 32],
        }
    }

    pub fn key(index: u64) -> Key {
        Sha256::digest(format!("key {index}")).into()
    }

    pub fn random_key(&mut self) -> u64 {
        self.choices.next() % self.keys
    }

    fn value(&mut self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.value_bytes + 8);
        while bytes.len() < self.value_bytes {
            bytes.extend_from_slice(&self.contents.next().to_le_bytes());
        }
        bytes.truncate(self.value_bytes);
        bytes
    }

    /// The keys from `first`, `count` of them or as many as there are.
    pub fn consecutive(&mut self, first: u64, count: u64) -> Vec<Update> {
        let end = self.keys.min(first + count);
        (first..end)
            .map(|index| (Self::key(index), self.value()))
            .collect()
    }

    /// `count` keys, no two alike, in the order of their choice.
    pub fn random(&mut self, count: u64) -> Vec<Update> {
        let mut taken = HashSet::new();
        let mut updated = Sha256::new_with_prefix(self.updated);
        let mut batch = Vec::with_capacity(count as usize);
        while (batch.len() as u64) < count {
            let index = self.random_key();
            if taken.insert(index) {
                let key = Self::key(index);
                updated.update(key);
                batch.push((key, self.value()));
            }
        }
        self.updated = updated.finalize().into();
        batch
    }

    /// In hex, of each random batch: SHA-256 of what it was before and of the batch's keys. Who has
    /// the same has written the same keys in the same order.
    pub fn digest(&self) -> String {
        self.updated
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
