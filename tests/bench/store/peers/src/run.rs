//! The run, the same for every store: load, wait for what goes on in the background, update, wait,
//! prove. The steps and figures are those of engine_run.cpp.

use crate::engine::Engine;
use crate::usage;
use crate::workload::{Key, Workload};
use anyhow::Result;
use serde_json::json;
use std::path::Path;
use std::time::Instant;

const LOAD_BATCH: u64 = 10_000;
const PROOFS: usize = 10_000;

pub struct Options {
    pub keys: u64,
    pub batch: u64,
    pub batches: u64,
    pub value_bytes: usize,
    pub cache_mib: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            keys: 1_000_000,
            batch: 1_000,
            batches: 300,
            value_bytes: 100,
            cache_mib: 256,
        }
    }
}

/// Time that went into making the load, which is not the store's.
#[derive(Default)]
struct Aside {
    wall_s: f64,
    cpu_s: f64,
}

impl Aside {
    fn take<T>(&mut self, make: impl FnOnce() -> T) -> T {
        let (began, cpu) = (Instant::now(), usage::thread_cpu_s());
        let made = make();
        self.wall_s += began.elapsed().as_secs_f64();
        self.cpu_s += usage::thread_cpu_s() - cpu;
        made
    }
}

struct Updates {
    wall_s: f64,
    cpu_s: f64,
    written_bytes: u64,
}

fn load(engine: &mut dyn Engine, options: &Options) -> Result<f64> {
    let mut workload = Workload::new(options.keys, options.value_bytes);
    let mut aside = Aside::default();
    let cpu = usage::process_cpu_s();
    for first in (0..options.keys).step_by(LOAD_BATCH as usize) {
        let batch = aside.take(|| workload.consecutive(first, LOAD_BATCH));
        engine.write(batch, false)?;
    }
    usage::settle();
    Ok(usage::process_cpu_s() - cpu - aside.cpu_s)
}

fn update(engine: &mut dyn Engine, workload: &mut Workload, options: &Options) -> Result<Updates> {
    let mut aside = Aside::default();
    let written = usage::written_bytes()?;
    let cpu = usage::process_cpu_s();
    let began = Instant::now();
    for _ in 0..options.batches {
        let batch = aside.take(|| workload.random(options.batch));
        engine.write(batch, true)?;
    }
    let wall_s = began.elapsed().as_secs_f64() - aside.wall_s;
    usage::settle();
    Ok(Updates {
        wall_s,
        cpu_s: usage::process_cpu_s() - cpu - aside.cpu_s,
        written_bytes: usage::written_bytes()? - written,
    })
}

pub fn run(
    name: &str,
    mut engine: Box<dyn Engine>,
    directory: &Path,
    resident_before: u64,
    options: &Options,
) -> Result<serde_json::Value> {
    let keys = options.keys as f64;
    let load_cpu_s = load(engine.as_mut(), options)?;
    let resident = usage::resident_bytes()?.saturating_sub(resident_before) as f64;
    let mut workload = Workload::new(options.keys, options.value_bytes);
    let updates = update(engine.as_mut(), &mut workload, options)?;
    let digest = workload.digest();
    let proven: Vec<Key> = (0..PROOFS)
        .map(|_| Workload::key(workload.random_key()))
        .collect();
    let proofs = engine.proofs(&proven)?;
    let count = (options.batches * options.batch) as f64;
    Ok(json!({
        "engine": name,
        "keys_count": options.keys,
        "batch_count": options.batch,
        "updates_count": options.batches * options.batch,
        "updates_digest": digest,
        "load_cpu_us": load_cpu_s / keys * 1e6,
        "update_cpu_us": updates.cpu_s / count * 1e6,
        "updates_per_s": count / updates.wall_s,
        "update_written_bytes": updates.written_bytes as f64 / count,
        "proof_make_us": proofs.make_us,
        "proof_verify_us": proofs.verify_us,
        "resident_bytes_per_key": resident / keys,
        "disk_bytes_per_key": usage::disk_bytes(directory)? as f64 / keys,
    }))
}
