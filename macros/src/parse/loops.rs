//! `for t in 0..N { … }`: the header of a loop over steps, and what follows from it for the sites within.

use proc_macro2::{Delimiter, Group, Span, TokenTree};
use syn::{Expr, ExprLit, ExprMethodCall, ExprRange, Ident, Lit, RangeLimits, parse_quote};

use super::tokens::{self, is_word};
use crate::{
    ast::{Dims, Loop, Model, Program, Statement, is_constant},
    diagnostics,
    errors::Errors,
    scope,
};

/// The header and the braces of a loop.
pub struct Header {
    pub keyword: Span,
    pub step: Ident,
    pub end: Expr,
    pub is_reversed: bool,
    pub body: Group,
}

/// `for t in RANGE { … }`; `None` after a report.
pub fn header(keyword: Span, rest: &[TokenTree], errors: &mut Errors) -> Option<Header> {
    let [step, word, range @ .., TokenTree::Group(body)] = rest else {
        errors.push(diagnostics::loop_header(keyword));
        return None;
    };
    let step = tokens::as_name(step).filter(|_| is_word(word, "in"));
    let Some(step) = step.filter(|_| body.delimiter() == Delimiter::Brace) else {
        errors.push(diagnostics::loop_header(keyword));
        return None;
    };
    let written = syn::parse2::<Expr>(tokens::stream(range)).ok();
    let at = range.first().map_or(keyword, TokenTree::span);
    let Some((end, is_reversed)) = written.and_then(steps) else {
        errors.push(diagnostics::loop_range(at));
        return None;
    };
    Some(Header {
        keyword,
        step,
        end,
        is_reversed,
        body: body.clone(),
    })
}

/// The end of `0..N` or `(0..N).rev()`, and whether it is reversed.
fn steps(range: Expr) -> Option<(Expr, bool)> {
    match range {
        Expr::Range(ExprRange {
            start: Some(start),
            limits: RangeLimits::HalfOpen(_),
            end: Some(end),
            ..
        }) if is_zero(&start) => Some((*end, false)),
        Expr::MethodCall(ExprMethodCall {
            receiver,
            method,
            args,
            ..
        }) if method == "rev" && args.is_empty() => match *receiver {
            Expr::Paren(inner) => Some((steps(*inner.expr).filter(|(_, back)| !back)?.0, true)),
            _ => None,
        },
        _ => None,
    }
}

fn is_zero(start: &Expr) -> bool {
    matches!(start, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.base10_digits() == "0")
}

/// Gives every site of a loop the shape of its sequence: the longest that the loop runs, and then the shape of a step.
pub fn set_sequences(model: &mut Model) {
    let sizes: Vec<Ident> = model
        .module
        .parameters
        .iter()
        .map(|size| size.ident.clone())
        .collect();
    let counts: Vec<(Ident, Expr)> = model
        .generatives
        .iter()
        .flat_map(|program| &program.arguments)
        .filter_map(|argument| Some((argument.name.clone(), argument.most.clone()?)))
        .collect();
    let programs = model.generatives.iter_mut().chain(&mut model.inferences);
    programs.for_each(|program| set_of_program(program, &counts, &sizes));
}

fn set_of_program(program: &mut Program, counts: &[(Ident, Expr)], sizes: &[Ident]) {
    for statement in &mut program.statements {
        let Statement::Loop(own) = statement else {
            continue;
        };
        let longest = longest(&own.end, counts, sizes);
        for statement in &mut own.statements {
            if let Statement::Site(site) = statement {
                let steps = site.dims.iter().flat_map(|dims| dims.axes.clone());
                site.sequence = Some(Dims {
                    axes: [longest.clone()].into_iter().chain(steps).collect(),
                    span: site
                        .dims
                        .as_ref()
                        .map_or(site.name.span(), |dims| dims.span),
                });
            }
        }
    }
}

/// The most steps of a loop to this end: one, if the end is a name that stands for no number, which is told elsewhere.
fn longest(end: &Expr, counts: &[(Ident, Expr)], sizes: &[Ident]) -> Expr {
    let Some(name) = scope::variable(end) else {
        return end.clone();
    };
    let most = counts.iter().find(|(count, _)| count == name);
    let is_number = sizes.contains(name) || is_constant(name);
    match most {
        Some((_, most)) => most.clone(),
        None if is_number => end.clone(),
        None => parse_quote!(1),
    }
}

impl Loop {
    /// The loop of a header with these statements.
    pub fn of(header: Header, statements: Vec<Statement>) -> Self {
        let Header {
            keyword,
            step,
            end,
            is_reversed,
            body: _,
        } = header;
        Self {
            keyword,
            step,
            end,
            is_reversed,
            statements,
        }
    }
}
