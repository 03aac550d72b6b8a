//! What Wasmtime's C API cannot set: engines without backtraces, and memories and tables whose failure
//! to grow is a trap.

use std::os::raw::c_void;

use wasmtime::{Config, Engine, StoreLimitsBuilder};
use wasmtime_c_api::{wasm_config_t, wasm_engine_t, wasmtime_store_t, WasmtimeStore};

type Text = unsafe extern "C" fn(context: *mut c_void, data: *const u8, size: usize);

// The C API's handles are `repr(C)` structs of one field, which the casts below rely on.
const _: () = assert!(size_of::<wasm_config_t>() == size_of::<Config>());
const _: () = assert!(size_of::<wasm_engine_t>() == size_of::<Engine>());
const _: () = assert!(size_of::<wasmtime_store_t>() == size_of::<WasmtimeStore>());

/// Makes an engine, or writes why this machine cannot run one and returns null. Takes the
/// configuration in either case.
///
/// # Safety
/// `config` comes from `wasm_config_new`; `error` may be called with `context` during the call.
#[no_mangle]
pub unsafe extern "C" fn tenon_wasm_engine_new(
    config: Box<wasm_config_t>,
    context: *mut c_void,
    error: Text,
) -> Option<Box<wasm_engine_t>> {
    let mut config: Box<Config> = Box::from_raw(Box::into_raw(config).cast());
    config.wasm_backtrace_max_frames(None).generate_address_map(false);
    match Engine::new(&config) {
        Ok(engine) => Some(Box::from_raw(Box::into_raw(Box::new(engine)).cast())),
        Err(failure) => {
            let text = format!("{failure:?}");
            error(context, text.as_ptr(), text.len());
            None
        }
    }
}

/// Limits what a store's instance may grow to. Growth that fails is a trap and never a -1 that one
/// replica sees and another does not.
///
/// # Safety
/// `store` comes from `wasmtime_store_new`.
#[no_mangle]
pub unsafe extern "C" fn tenon_wasm_limit_store(
    store: &mut wasmtime_store_t,
    memory_bytes: u64,
    table_elements: u64,
) {
    let store = &mut *std::ptr::from_mut(store).cast::<WasmtimeStore>();
    store.data_mut().store_limits = StoreLimitsBuilder::new()
        .memory_size(memory_bytes as usize)
        .table_elements(table_elements as usize)
        .instances(1)
        .tables(1)
        .memories(1)
        .trap_on_grow_failure(true)
        .build();
    store.limiter(|data| &mut data.store_limits);
}
