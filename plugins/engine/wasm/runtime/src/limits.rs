//! What a module may consist of. The values are part of the engine's fingerprint: every replica
//! refuses the same modules.

/// Laid out as `tenon_wasm_limits` in runtime.h.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Limits {
    pub module_bytes: u32,
    pub types: u32,
    pub functions: u32,
    pub globals: u32,
    pub exports: u32,
    pub memory_pages: u32,
    pub table_elements: u32,
    pub locals: u32,
    pub operand_stack: u32,
    pub function_bytes: u32,
    pub data_segments: u32,
    pub element_segments: u32,
    /// Sum over all active calls of what `stack_height::cost` says.
    pub stack_units: u32,
    /// Sum over all functions of what `Branches::cost` says.
    pub branching: u32,
}

/// `found` of `what`, refused when it is above `limit`.
pub fn check(what: &str, found: u64, limit: u32) -> Result<(), String> {
    if found <= u64::from(limit) {
        return Ok(());
    }
    Err(format!("{what}: expected at most {limit}, found {found}"))
}
