//! Wasmtime's C API and, beside it, what Tenon's wasm engine needs done to a module before Wasmtime
//! sees it: `tenon_wasm_prepare` and what is
//! in engine.rs, declared for C++ in runtime.h.

pub use wasmtime_c_api::*;

mod branching;
mod engine;
mod limits;
mod prepare;
mod stack_height;

use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::slice;

pub use limits::Limits;

type Output = unsafe extern "C" fn(context: *mut c_void, data: *const u8, size: usize);

/// Checks a module and writes the instrumented one. Returns 0, or 1 after writing the reason why the
/// module is refused.
///
/// # Safety
/// `module` and `allowed_imports` point to as many bytes as they say; `limits` is valid; `output` may
/// be called with `context` during the call.
#[no_mangle]
pub unsafe extern "C" fn tenon_wasm_prepare(
    module: *const u8,
    module_size: usize,
    allowed_imports: *const u8,
    allowed_imports_size: usize,
    limits: *const Limits,
    context: *mut c_void,
    output: Output,
) -> i32 {
    let bytes = slice::from_raw_parts(module, module_size);
    let names = slice::from_raw_parts(allowed_imports, allowed_imports_size);
    let names = std::str::from_utf8(names).unwrap_or("");
    let result = catch_unwind(AssertUnwindSafe(|| prepare::prepare(bytes, names, &*limits)))
        .unwrap_or_else(|_| Err("the module could not be analysed".to_string()));
    let (code, bytes) = match result {
        Ok(module) => (0, module),
        Err(reason) => (1, reason.into_bytes()),
    };
    output(context, bytes.as_ptr(), bytes.len());
    code
}
