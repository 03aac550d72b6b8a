//! Bounds the time that compiling a module takes. Most of it is linear in the module's size. But
//! for each place where the control flow joins, the compiler also works out which value every local
//! has there, through every loop around it, and which register it is in: a few kilobytes of nested
//! loops over many locals would keep it busy for minutes.

use wasmparser::Operator;

/// Branches of one function, counted while its operators are read.
#[derive(Default)]
pub struct Branches {
    open: Vec<bool>, // is it a loop?
    loops: u64,      // how many of the open ones are
    count: u64,
}

impl Branches {
    pub fn read(&mut self, operator: &Operator) {
        match operator {
            Operator::Loop { .. } => {
                self.loops += 1;
                self.count += self.loops; // values pass through all loops around it
                self.open.push(true);
            }
            Operator::Block { .. } | Operator::If { .. } => {
                self.count += 1;
                self.open.push(false);
            }
            Operator::End => self.loops -= u64::from(self.open.pop() == Some(true)),
            // An indirect call asks first whether its place in the table is filled in.
            Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::Return
            | Operator::CallIndirect { .. } => self.count += 1,
            Operator::BrTable { targets } => self.count += 1 + u64::from(targets.len()),
            _ => {}
        }
    }

    /// Units of compilation, of up to two microseconds each: every local at every branch, and, as
    /// many branches are searched by others, a part of their square.
    pub fn cost(&self, locals: u32) -> u64 {
        self.count * (u64::from(locals) + 2 + self.count / 16)
    }
}
