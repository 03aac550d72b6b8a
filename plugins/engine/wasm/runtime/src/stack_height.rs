//! Bounds the depth of calls inside WebAssembly itself. How deep native frames go before the native
//! stack overflows differs between builds, and so cannot decide a transaction; a counter that the
//! module keeps can. Each function adds its cost on entry, traps above the limit, and takes the cost
//! back on exit:
//!
//!   global.get h; i32.const cost; i32.add; global.set h
//!   global.get h; i32.const limit; i32.gt_u; if unreachable end
//!   block <result> … body, with `return` as a branch to this block … end
//!   global.get h; i32.const cost; i32.sub; global.set h
//!   end

use crate::prepare::{Facts, STACK_EXPORT};
use std::convert::Infallible;
use wasm_encoder::reencode::{utils, Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection,
    GlobalType, Instruction, Module, SectionId, ValType,
};
use wasmparser::Operator;

/// Units of one call: a fixed part for the frame, one per local and operand, and one per eight
/// instructions, because the compiler may keep as many intermediate values in the native frame. A unit
/// stands for at most 64 native bytes.
pub fn cost(locals: u32, operands: u32, instructions: u32) -> u32 {
    8 + locals + operands + instructions / 8
}

pub struct Instrumenter {
    facts: Facts,
    limit: u32,
    next_function: usize,
    global_added: bool,
}

impl Instrumenter {
    pub fn new(facts: Facts, limit: u32) -> Self {
        Instrumenter { facts, limit, next_function: 0, global_added: false }
    }

    pub fn run(mut self, module: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = Module::new();
        self.parse_core_module(&mut out, wasmparser::Parser::new(0), module)
            .map_err(|error| error.to_string())?;
        Ok(out.finish())
    }

    fn height_global(&self) -> u32 {
        self.facts.globals // imports are functions only, so this is the first free index
    }

    fn add_global(&mut self, globals: &mut GlobalSection) {
        globals.global(
            GlobalType { val_type: ValType::I32, mutable: true, shared: false },
            &ConstExpr::i32_const(0),
        );
        self.global_added = true;
    }

    fn change_height(&self, function: &mut Function, cost: u32, operation: Instruction) {
        function.instruction(&Instruction::GlobalGet(self.height_global()));
        function.instruction(&Instruction::I32Const(cost as i32));
        function.instruction(&operation);
        function.instruction(&Instruction::GlobalSet(self.height_global()));
    }

    fn enter(&self, function: &mut Function, cost: u32) {
        self.change_height(function, cost, Instruction::I32Add);
        function.instruction(&Instruction::GlobalGet(self.height_global()));
        function.instruction(&Instruction::I32Const(self.limit as i32));
        function.instruction(&Instruction::I32GtU);
        function.instruction(&Instruction::If(BlockType::Empty));
        function.instruction(&Instruction::Unreachable);
        function.instruction(&Instruction::End);
    }
}

impl Reencode for Instrumenter {
    type Error = Infallible;

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_global_section(self, globals, section)?;
        self.add_global(globals);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_export_section(self, exports, section)?;
        exports.export(STACK_EXPORT, ExportKind::Global, self.height_global());
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error<Self::Error>> {
        let past_globals = !matches!(
            before,
            Some(
                SectionId::Type
                    | SectionId::Import
                    | SectionId::Function
                    | SectionId::Table
                    | SectionId::Memory
                    | SectionId::Global
            )
        );
        if past_globals && !self.facts.has_global_section && !self.global_added {
            let mut globals = GlobalSection::new();
            self.add_global(&mut globals);
            module.section(&globals);
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let cost = self.facts.functions[self.next_function].cost;
        let result = self.facts.functions[self.next_function].result;
        self.next_function += 1;
        let mut function = self.new_function_with_parsed_locals(&body)?;
        self.enter(&mut function, cost);
        let block = match result {
            Some(ty) => BlockType::Result(self.val_type(ty)?),
            None => BlockType::Empty,
        };
        function.instruction(&Instruction::Block(block));
        let mut nesting = 0u32;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => nesting += 1,
                // The last `end` closes the block that stands for the function.
                Operator::End => nesting = nesting.saturating_sub(1),
                Operator::Return => {
                    function.instruction(&Instruction::Br(nesting));
                    continue;
                }
                _ => {}
            }
            function.instruction(&self.instruction(operator)?);
        }
        self.change_height(&mut function, cost, Instruction::I32Sub);
        function.instruction(&Instruction::End);
        code.function(&function);
        Ok(())
    }

    /// Custom sections carry nothing that execution needs; the description is read from the
    /// original module.
    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        Ok(())
    }
}
