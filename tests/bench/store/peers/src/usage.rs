//! What this process takes of the machine.

use anyhow::{Context, Result};
use std::path::Path;
use std::time::{Duration, Instant};

/// User and system time of all threads.
pub fn process_cpu_s() -> f64 {
    clock_s(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Of the calling thread alone.
pub fn thread_cpu_s() -> f64 {
    clock_s(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock_s(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec of this frame; both clocks always exist.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn number_after(file: &str, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(file)?;
    let line = text.lines().find(|line| line.starts_with(name));
    let word = line.and_then(|line| line[name.len()..].split_whitespace().next());
    Ok(word
        .with_context(|| format!("{file} has no {name}"))?
        .parse()?)
}

pub fn resident_bytes() -> Result<u64> {
    Ok(number_after("/proc/self/status", "VmRSS:")? * 1024)
}

/// What this process has made the kernel write, or will have.
pub fn written_bytes() -> Result<u64> {
    number_after("/proc/self/io", "write_bytes:")
}

/// Of all files below a directory, as they lie on the disk.
pub fn disk_bytes(directory: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let about = entry.metadata()?;
        sum += if about.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            about.blocks() * 512
        };
    }
    Ok(sum)
}

/// Waits until the process does next to nothing: until what was written has been merged and
/// flushed in the background; at most a minute.
pub fn settle() {
    const LOOK: Duration = Duration::from_millis(500);
    const IDLE_SHARE: f64 = 0.02;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let before = process_cpu_s();
        std::thread::sleep(LOOK);
        if process_cpu_s() - before < LOOK.as_secs_f64() * IDLE_SHARE {
            return;
        }
    }
}

/// Does `one` for each item; the results, and the processor time for each in microseconds.
pub fn timed<I, T>(items: &[I], mut one: impl FnMut(&I) -> Result<T>) -> Result<(Vec<T>, f64)> {
    let mut results = Vec::with_capacity(items.len());
    let before = process_cpu_s();
    for item in items {
        results.push(one(item)?);
    }
    let each_us = (process_cpu_s() - before) / items.len() as f64 * 1e6;
    Ok((results, each_us))
}
