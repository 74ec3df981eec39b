//! The programs after the struct: their headers here, their bodies in [`statement`].

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, ExprRange, Ident, Lit, LitInt, RangeLimits, Token, braced,
    parenthesized,
    parse::{ParseStream, Parser},
    parse_quote,
    punctuated::Punctuated,
    spanned::Spanned,
    token::{Brace, Paren},
};

use super::{
    foreign,
    statement::{self, Within},
    tokens,
};
use crate::{
    ast::{Argument, Dims, Model, Program},
    diagnostics,
    errors::Errors,
    suggest,
};

/// Reads one program and files it under its kind.
pub fn item(input: ParseStream, model: &mut Model, errors: &mut Errors) -> syn::Result<()> {
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        return Ok(());
    }
    foreign::comment(input, errors, is_program)?;
    if input.is_empty() {
        return Ok(());
    }
    let attributes = Attribute::parse_outer(input).unwrap_or_default();
    if !input.peek(Ident) {
        errors.push(diagnostics::unknown_item(input.span(), None));
        return skip_past_body(input, model);
    }
    let keyword: Ident = input.parse()?;
    let keywords = [
        Ident::new("generative", keyword.span()),
        Ident::new("inference", keyword.span()),
    ];
    // A misspelt keyword is read as the one that was meant.
    let meant = suggest::nearest(&keyword, &keywords);
    if meant != Some(&keyword) {
        errors.push(diagnostics::unknown_item(keyword.span(), meant));
    }
    let Some(meant) = meant else {
        return skip_past_body(input, model);
    };
    let Some(program) = program(input, attributes, meant, errors)? else {
        errors.push(diagnostics::malformed_program(&keyword));
        return skip_past_body(input, model);
    };
    if *meant == keywords[0] {
        model.generatives.push(program);
    } else {
        model.inferences.push(program);
    }
    Ok(())
}

/// Whether one of the two words that begin a program stands here.
fn is_program(input: ParseStream) -> bool {
    let word = input.fork().parse::<Ident>();
    word.is_ok_and(|word| word == "generative" || word == "inference")
}

/// `name(arguments) { body }`; a nameless program goes on under its keyword.
fn program(
    input: ParseStream,
    attributes: Vec<Attribute>,
    keyword: &Ident,
    errors: &mut Errors,
) -> syn::Result<Option<Program>> {
    let name = if input.peek(Ident) {
        input.parse()?
    } else if input.peek(Brace) || input.peek(Paren) {
        errors.push(diagnostics::malformed_program(keyword));
        keyword.clone()
    } else {
        return Ok(None);
    };
    let mut given = Vec::new();
    if input.peek(Paren) {
        let content;
        parenthesized!(content in input);
        given = arguments(content.parse()?, errors);
    }
    if !input.peek(Brace) {
        return Ok(None);
    }
    let content;
    braced!(content in input);
    Ok(Some(Program {
        attributes,
        name,
        arguments: given,
        statements: statement::statements(content.parse()?, Within::Body, errors),
    }))
}

/// `x, u: [4]`
fn arguments(list: TokenStream, errors: &mut Errors) -> Vec<Argument> {
    let tokens: Vec<TokenTree> = list.into_iter().collect();
    let mut arguments = Vec::new();
    for written in tokens.split(|token| tokens::is_mark(token, ',')) {
        let Some(first) = written.first() else {
            continue;
        };
        let argument = match (tokens::as_name(first), written.get(1)) {
            (Some(name), None) => Some(Argument {
                name,
                dims: None,
                most: None,
            }),
            (Some(name), Some(colon)) if tokens::is_mark(colon, ':') => {
                let most = most(&written[2..]);
                let dims = match most {
                    Some(_) => None,
                    None => dims(&written[2..], colon.span(), errors),
                };
                Some(Argument { name, dims, most })
            }
            _ => None,
        };
        match argument {
            Some(argument) => arguments.push(argument),
            None => {
                match tokens::as_keyword(first) {
                    Some(keyword) => errors.push_keyword(keyword),
                    None => errors.push(diagnostics::malformed_argument(first.span())),
                }
                errors.mark_unclear(written.iter().cloned());
            }
        }
    }
    arguments
}

/// `30` of `0..=30`, which a count of steps is declared with.
fn most(written: &[TokenTree]) -> Option<Expr> {
    match syn::parse2(tokens::stream(written)).ok()? {
        Expr::Range(ExprRange {
            start: Some(_),
            limits: RangeLimits::Closed(_),
            end: Some(most),
            ..
        }) => Some(*most),
        _ => None,
    }
}

/// `[28, 28]`, the only token before a tilde or a comma; `None` after a report.
pub fn dims(written: &[TokenTree], after: Span, errors: &mut Errors) -> Option<Dims> {
    let sizes = match written {
        [brackets] => tokens::as_brackets(brackets),
        _ => None,
    };
    let axes = sizes.and_then(|sizes| {
        Punctuated::<Expr, Token![,]>::parse_terminated
            .parse2(sizes.stream())
            .ok()
    });
    let (Some(sizes), Some(axes)) = (sizes, axes) else {
        errors.push(diagnostics::malformed_dims(
            written.first().map_or(after, TokenTree::span),
        ));
        return None;
    };
    let axes = axes.into_iter().map(|size| axis(size, errors));
    Some(Dims {
        axes: axes.collect(),
        span: sizes.span(),
    })
}

/// The size of an axis; a number that can be none is reported, and goes on as the one that was meant.
fn axis(size: Expr, errors: &mut Errors) -> Expr {
    if !is_number(&size) {
        return size;
    }
    let meant = match ungrouped(&size) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => Some(number),
        _ => None,
    };
    let meant = meant.and_then(|number| Some((number, number.base10_parse::<usize>().ok()?)));
    match meant {
        Some((number, _)) if !["", "usize"].contains(&number.suffix()) => {
            errors.push(diagnostics::size_of_axis(size.span(), Some(number)));
        }
        Some((_, 0)) => errors.push(diagnostics::empty_axis(size.span())),
        Some(_) => return size,
        None => errors.push(diagnostics::size_of_axis(size.span(), None)),
    }
    let digits = meant.map_or("1", |(number, _)| number.base10_digits());
    let digits = LitInt::new(digits, size.span());
    parse_quote!(#digits)
}

/// Whether a size is written as a literal, perhaps with a sign.
fn is_number(size: &Expr) -> bool {
    match ungrouped(size) {
        Expr::Lit(_) => true,
        Expr::Unary(signed) => is_number(&signed.expr),
        _ => false,
    }
}

/// What a macro that wrote this put into an invisible group: `$size` of `macro_rules!`.
fn ungrouped(size: &Expr) -> &Expr {
    match size {
        Expr::Group(group) => ungrouped(&group.expr),
        _ => size,
    }
}

/// After a program that cannot be read: past its body. What is missing then is no second mistake.
fn skip_past_body(input: ParseStream, model: &mut Model) -> syn::Result<()> {
    model.incomplete = true;
    while !input.is_empty() {
        let body = input.peek(Brace);
        input.parse::<TokenTree>()?;
        if body {
            break;
        }
    }
    Ok(())
}
