//! Tokens to syntax tree. Nothing here looks a name up, and nothing here gives up: a slip is reported, read as it was
//! meant, and the rest of the block is read on.

mod foreign;
mod header;
mod loops;
mod program;
mod sizes;
mod split;
mod statement;
mod tokens;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::{ast::Model, errors::Errors};

/// Reads a whole block; `None` if there is no struct to which the rest could belong.
pub fn model(tokens: TokenStream, errors: &mut Errors) -> Option<Model> {
    let read = |input: ParseStream| {
        let Some(module) = header::module(input, errors) else {
            input.step(|cursor| Ok(((), skip_all(*cursor))))?;
            return Ok(None);
        };
        let mut model = Model {
            module,
            generatives: Vec::new(),
            inferences: Vec::new(),
            incomplete: false,
        };
        while !input.is_empty() {
            program::item(input, &mut model, errors)?;
        }
        sizes::are_usize(&mut model, errors);
        loops::set_sequences(&mut model);
        Ok(Some(model))
    };
    match read.parse2(tokens::unraw(tokens)) {
        Ok(model) => model,
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

/// The end of the input.
fn skip_all(mut cursor: syn::buffer::Cursor) -> syn::buffer::Cursor {
    while let Some((_, next)) = cursor.token_tree() {
        cursor = next;
    }
    cursor
}
