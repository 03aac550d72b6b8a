//! Copies Wasmtime's C headers, with the configuration header that matches the features built in, to
//! the folder that TENON_RUNTIME_INCLUDE names. A header of other features would change the layout
//! of values and corrupt memory, so headers and library always come from one build.

use std::path::Path;
use std::{env, fs, io};

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn main() {
    println!("cargo:rerun-if-env-changed=TENON_RUNTIME_INCLUDE");
    let include = env::var("DEP_WASMTIME_C_API_INCLUDE").expect("wasmtime's C API names its headers");
    if let Ok(target) = env::var("TENON_RUNTIME_INCLUDE") {
        copy_tree(Path::new(&include), Path::new(&target)).expect("the headers can be copied");
    }
}
