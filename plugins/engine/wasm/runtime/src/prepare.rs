//! Validation, limits and instrumentation of a module, in one pass each.

use crate::branching::Branches;
use crate::limits::{check, Limits};
use crate::stack_height::{self, Instrumenter};
use wasmparser::{
    ExternalKind, FuncValidatorAllocations, Parser, Payload, TypeRef, ValidPayload, Validator,
    WasmFeatures, WasmModuleResources,
};

/// The export by which the host reads the stack height after a trap.
pub const STACK_EXPORT: &str = "tenon:stack";

/// WebAssembly 1.0 with the extensions that compilers emit by default; no threads, no SIMD, nothing whose result may differ
/// between processors except NaN bits, which Wasmtime is told to make canonical.
fn features() -> WasmFeatures {
    WasmFeatures::FLOATS
        | WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
}

/// What the scan learns about the module, for the instrumentation.
pub struct Facts {
    pub globals: u32,
    pub has_global_section: bool,
    /// One per defined function, in order.
    pub functions: Vec<FunctionFacts>,
}

pub struct FunctionFacts {
    pub cost: u32,
    pub branching: u64,
    pub result: Option<wasmparser::ValType>,
}

pub fn prepare(module: &[u8], allowed_imports: &str, limits: &Limits) -> Result<Vec<u8>, String> {
    check("bytes of the module", module.len() as u64, limits.module_bytes)?;
    let facts = scan(module, allowed_imports, limits)?;
    Instrumenter::new(facts, limits.stack_units).run(module)
}

fn scan(module: &[u8], allowed_imports: &str, limits: &Limits) -> Result<Facts, String> {
    let mut validator = Validator::new_with_features(features());
    let mut facts = Facts { globals: 0, has_global_section: false, functions: Vec::new() };
    let mut memory_exported = false;
    let mut branching = 0;
    let mut allocations = FuncValidatorAllocations::default();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| error.to_string())?;
        check_section(&payload, allowed_imports, limits, &mut facts, &mut memory_exported)?;
        let valid = validator.payload(&payload).map_err(|error| error.to_string())?;
        if let ValidPayload::Func(function, body) = valid {
            check("bytes of one function", body.range().len() as u64, limits.function_bytes)?;
            let mut function = function.into_validator(allocations);
            let found = scan_function(&mut function, &body, limits)?;
            branching += found.branching;
            check("branches times locals of the module", branching, limits.branching)?;
            facts.functions.push(found);
            allocations = function.into_allocations();
        }
    }
    if !memory_exported {
        return Err("the module does not export its memory as \"memory\"".to_string());
    }
    Ok(facts)
}

fn check_section(
    payload: &Payload,
    allowed_imports: &str,
    limits: &Limits,
    facts: &mut Facts,
    memory_exported: &mut bool,
) -> Result<(), String> {
    match payload {
        Payload::TypeSection(types) => check("types", types.count().into(), limits.types),
        Payload::ImportSection(imports) => {
            for import in imports.clone().into_imports() {
                let import = import.map_err(|error| error.to_string())?;
                check_import(&import, allowed_imports)?;
            }
            Ok(())
        }
        Payload::FunctionSection(functions) => {
            check("functions", functions.count().into(), limits.functions)
        }
        Payload::TableSection(tables) => {
            check("tables", tables.count().into(), 1)?;
            for table in tables.clone() {
                let table = table.map_err(|error| error.to_string())?;
                let most = table.ty.maximum.unwrap_or(table.ty.initial).max(table.ty.initial);
                check("elements of a table", most, limits.table_elements)?;
            }
            Ok(())
        }
        Payload::MemorySection(memories) => {
            for memory in memories.clone() {
                let memory = memory.map_err(|error| error.to_string())?;
                check("initial pages of memory", memory.initial, limits.memory_pages)?;
            }
            Ok(())
        }
        Payload::GlobalSection(globals) => {
            facts.globals = globals.count();
            facts.has_global_section = true;
            check("globals", globals.count().into(), limits.globals)
        }
        Payload::ExportSection(exports) => {
            check("exports", exports.count().into(), limits.exports)?;
            for export in exports.clone() {
                let export = export.map_err(|error| error.to_string())?;
                if export.name == STACK_EXPORT {
                    return Err(format!("the export name \"{STACK_EXPORT}\" is reserved"));
                }
                *memory_exported |= export.kind == ExternalKind::Memory && export.name == "memory";
            }
            Ok(())
        }
        Payload::DataSection(data) => check("data segments", data.count().into(), limits.data_segments),
        Payload::ElementSection(elements) => {
            check("element segments", elements.count().into(), limits.element_segments)
        }
        Payload::StartSection { .. } => {
            Err("start functions are not allowed: use the export \"init\"".to_string())
        }
        _ => Ok(()),
    }
}

fn check_import(import: &wasmparser::Import, allowed: &str) -> Result<(), String> {
    let name = format!("\"{}\".\"{}\"", import.module, import.name);
    if !matches!(import.ty, TypeRef::Func(_)) {
        return Err(format!("import {name} is no function; a contract imports functions only"));
    }
    if import.module == "tenon" && allowed.split('\n').any(|known| known == import.name) {
        return Ok(());
    }
    Err(format!("unknown import {name}; functions of \"tenon\" are: {}", allowed.replace('\n', ", ")))
}

fn scan_function(
    function: &mut wasmparser::FuncValidator<wasmparser::ValidatorResources>,
    body: &wasmparser::FunctionBody,
    limits: &Limits,
) -> Result<FunctionFacts, String> {
    let describe = |error: wasmparser::BinaryReaderError| error.to_string();
    let mut reader = body.get_binary_reader();
    function.read_locals(&mut reader).map_err(describe)?;
    check("locals of one function", function.len_locals().into(), limits.locals)?;
    let resources = function.resources();
    let result = resources
        .type_index_of_function(function.index())
        .and_then(|index| resources.sub_type_at(index))
        .ok_or("a function without a type")?
        .unwrap_func()
        .results()
        .first()
        .copied();
    let mut highest = 0;
    let mut instructions = 0;
    let mut branches = Branches::default();
    reader.set_features(features());
    let mut operators = wasmparser::OperatorsReader::new(reader);
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().map_err(describe)?;
        function.op(offset, &operator).map_err(describe)?;
        branches.read(&operator);
        highest = highest.max(function.operand_stack_height());
        instructions += 1;
    }
    check("operands on the stack of one function", highest.into(), limits.operand_stack)?;
    let locals = function.len_locals();
    Ok(FunctionFacts {
        cost: stack_height::cost(locals, highest, instructions),
        branching: branches.cost(locals),
        result,
    })
}
