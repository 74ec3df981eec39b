//! Rules about the layers of a field.

use syn::{
    TypeTuple,
    visit::{self, Visit},
};

use crate::{ast::Model, diagnostics, errors::Errors, expand::LONGEST_ROW};

/// A tuple holds at most sixteen layers, wherever it stands in a field.
pub fn rows_have_at_most_sixteen_layers(model: &Model, errors: &mut Errors) {
    struct Rows<'e>(&'e mut Errors);
    impl<'a> Visit<'a> for Rows<'_> {
        fn visit_type_tuple(&mut self, row: &'a TypeTuple) {
            if let Some(first) = row.elems.iter().nth(LONGEST_ROW) {
                self.0
                    .push(diagnostics::too_many_layers(first, row.elems.len()));
            }
            visit::visit_type_tuple(self, row);
        }
    }
    for field in &model.module.fields {
        Rows(errors).visit_type(&field.spec);
    }
}
