//! One authenticated store under the load of Tenon's store benchmark, in a process of its own:
//!
//!   store_peers --engine nomt|firewood|jmt --keys N --batch N --batches N --value-bytes N
//!               --cache-mib N --directory D
//!
//! Prints one JSON object with the fields that Tenon's own program (store_engine) prints.

mod allocator;
mod engine;
mod firewood_engine;
mod jmt_engine;
mod nomt_engine;
mod rocksdb;
mod run;
mod usage;
mod workload;

use anyhow::{bail, Context, Result};
use run::Options;
use std::path::{Path, PathBuf};

fn parse(arguments: &[String]) -> Result<(String, PathBuf, Options)> {
    let mut engine = None;
    let mut directory = None;
    let mut options = Options::default();
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            bail!("{} needs a value", pair[0]);
        };
        let number = || {
            value
                .parse::<u64>()
                .with_context(|| format!("{name} needs a number"))
        };
        match name.as_str() {
            "--engine" => engine = Some(value.clone()),
            "--directory" => directory = Some(PathBuf::from(value)),
            "--keys" => options.keys = number()?,
            "--batch" => options.batch = number()?,
            "--batches" => options.batches = number()?,
            "--value-bytes" => options.value_bytes = number()? as usize,
            "--cache-mib" => options.cache_mib = number()?,
            _ => bail!("unknown option {name}"),
        }
    }
    if options.batch == 0 || options.batch > options.keys {
        bail!("--batch is from 1 to --keys");
    }
    Ok((
        engine.context("--engine is missing")?,
        directory.context("--directory is missing")?,
        options,
    ))
}

fn measure(engine: &str, directory: &Path, options: &Options) -> Result<serde_json::Value> {
    let resident = usage::resident_bytes()?;
    let opened: Box<dyn engine::Engine> = match engine {
        "nomt" => Box::new(nomt_engine::open(directory, options)?),
        "firewood" => Box::new(firewood_engine::open(directory, options)?),
        "jmt" => Box::new(jmt_engine::open(directory, options)?),
        _ => bail!("no engine is called {engine}: there are nomt, firewood and jmt"),
    };
    run::run(engine, opened, directory, resident, options)
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (engine, directory, options) = parse(&arguments)?;
    println!("{}", measure(&engine, &directory, &options)?);
    Ok(())
}
