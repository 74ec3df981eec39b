//! The struct that a block begins with.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{
    Attribute, ConstParam, GenericParam, Generics, Ident, Token, TypeParam, TypeParamBound,
    Visibility, WhereClause, braced,
    parse::{ParseStream, discouraged::Speculative},
    parse_quote,
    token::Brace,
};

use super::{foreign, tokens};
use crate::{
    ast::{Field, Module},
    diagnostics,
    errors::Errors,
};

/// Reads the struct, or reports that there is none.
pub fn module(input: ParseStream, errors: &mut Errors) -> Option<Module> {
    match head(input, errors) {
        Ok(module) => module,
        Err(error) => {
            errors.push(diagnostics::malformed_struct(&error));
            None
        }
    }
}

fn head(input: ParseStream, errors: &mut Errors) -> syn::Result<Option<Module>> {
    foreign::comment(input, errors, |input| {
        input.peek(Token![pub]) || input.peek(Token![struct])
    })?;
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    if !input.peek(Token![struct]) {
        errors.push(diagnostics::no_struct(input.span()));
        return Ok(None);
    }
    input.parse::<Token![struct]>()?;
    let name: Ident = input.parse()?;
    let parameters = const_parameters(input.parse()?, errors);
    if input.peek(Token![where]) {
        let bounds: WhereClause = input.parse()?;
        errors.push(diagnostics::where_clause(bounds.where_token.span));
    }
    let fields = if input.peek(Brace) {
        fields(input, errors)?
    } else {
        errors.push(diagnostics::struct_without_braces(&name));
        skip_to_program(input)?;
        Vec::new()
    };
    Ok(Some(Module {
        attributes,
        visibility,
        name,
        parameters,
        fields,
    }))
}

/// The const parameters, and a report of each other one.
fn const_parameters(generics: Generics, errors: &mut Errors) -> Vec<ConstParam> {
    let mut parameters = Vec::new();
    for parameter in generics.params {
        match parameter {
            GenericParam::Const(parameter) => parameters.push(parameter),
            GenericParam::Type(parameter) => {
                errors.push(diagnostics::type_parameter(&parameter.ident));
                parameters.extend(size(&parameter));
            }
            GenericParam::Lifetime(parameter) => {
                errors.push(diagnostics::lifetime_parameter(&parameter.lifetime))
            }
        }
    }
    parameters
}

/// The `const N: usize` that `N: usize` is meant to be: fields and sites are then read as if it stood there.
fn size(parameter: &TypeParam) -> Option<ConstParam> {
    let TypeParam { ident, bounds, .. } = parameter;
    let [TypeParamBound::Trait(bound)] = &bounds.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let of = bound.path.get_ident().filter(|of| *of == "usize")?;
    Some(parse_quote!(const #ident: #of))
}

fn fields(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    let content;
    braced!(content in input);
    let mut fields = Vec::new();
    loop {
        foreign::comment(&content, errors, foreign::is_field)?;
        if content.is_empty() {
            break;
        }
        let (start, next) = (content.fork(), content.fork());
        skip_to_field(&next)?;
        let tokens = before_initial(written(&start, &next)?);
        if let Some(row) = bracketed_row(&tokens) {
            errors.push(diagnostics::layers_in_brackets(&row));
            content.advance_to(&next);
            continue;
        }
        if let Some(layer) = layer_without_comma(tokens.clone()) {
            errors.push(diagnostics::missing_comma(&layer));
            content.advance_to(&next);
            continue;
        }
        if let Some((layer, inside)) = called_layer(tokens.clone()) {
            errors.push(if inside.to_string().contains('<') {
                diagnostics::layers_called(&layer, &inside)
            } else {
                diagnostics::layer_called(&layer, &inside)
            });
            content.advance_to(&next);
            continue;
        }
        // In a fork: of what stands inside a tuple syn would report a second time that it was not read.
        let ahead = content.fork();
        match field(&ahead) {
            Ok(field) => {
                fields.push(field);
                content.advance_to(&ahead);
            }
            Err(error) => {
                errors.push(match computed_size(tokens) {
                    Some((size, operator)) => diagnostics::computed_size(&size, operator),
                    None => diagnostics::malformed_struct(&error),
                });
                content.advance_to(&next);
            }
        }
    }
    Ok(fields)
}

/// The tokens from the one place to the other.
fn written(from: ParseStream, to: ParseStream) -> syn::Result<TokenStream> {
    let (all, rest): (TokenStream, TokenStream) = (from.parse()?, to.fork().parse()?);
    let length = all.clone().into_iter().count() - rest.into_iter().count();
    Ok(all.into_iter().take(length).collect())
}

/// A field without what it starts with.
fn before_initial(tokens: TokenStream) -> TokenStream {
    let mut depth = 0;
    let is_type = |token: &TokenTree| {
        depth += i32::from(tokens::is_mark(token, '<')) - i32::from(tokens::is_mark(token, '>'));
        depth > 0 || !tokens::is_mark(token, '=')
    };
    tokens.into_iter().take_while(is_type).collect()
}

/// `N * 2` of `Linear<4, N * 2>`, and the place of its operator.
fn computed_size(tokens: TokenStream) -> Option<(TokenStream, Span)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_operand = |token: &TokenTree| match token {
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        TokenTree::Punct(_) => false,
    };
    let is_operator = |token: &TokenTree| "+-*/".chars().any(|mark| tokens::is_mark(token, mark));
    let found = tokens
        .windows(3)
        .find(|three| is_operand(&three[0]) && is_operator(&three[1]) && is_operand(&three[2]));
    if let Some(three) = found {
        return Some((three.iter().cloned().collect(), three[1].span()));
    }
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => computed_size(group.stream()),
        _ => None,
    })
}

/// `[Linear<4, 8>, Tanh]`, a list where a tuple belongs.
fn bracketed_row(tokens: &TokenStream) -> Option<Group> {
    let mut groups = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    });
    let has_comma = |row: &Group| {
        let mut layers = row.stream().into_iter();
        layers.any(|token| tokens::is_mark(&token, ','))
    };
    // The first may be of an attribute.
    groups.find(has_comma)
}

/// The second of two layers that stand side by side in a tuple: `Tanh` of `(Linear<4, 8> Tanh)`.
fn layer_without_comma(tokens: TokenStream) -> Option<Ident> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let inner = |token: &TokenTree| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            side_by_side(&inside).or_else(|| layer_without_comma(group.stream()))
        }
        _ => None,
    };
    tokens.iter().find_map(inner)
}

fn side_by_side(row: &[TokenTree]) -> Option<Ident> {
    let ends = |token: &TokenTree| match token {
        TokenTree::Ident(layer) => is_layer(layer),
        token => tokens::is_mark(token, '>'),
    };
    // The `>` of `->` ends no layer.
    let follows =
        |at: &usize| ends(&row[at - 1]) && !(*at > 1 && tokens::is_mark(&row[at - 2], '-'));
    (1..row.len())
        .filter(follows)
        .find_map(|at| match &row[at] {
            TokenTree::Ident(layer) if is_layer(layer) => Some(layer.clone()),
            _ => None,
        })
}

/// `Linear(2, 8)` and `Sequential(Linear<2, 8>, Tanh)`, as Python would write them.
fn called_layer(tokens: TokenStream) -> Option<(Ident, TokenStream)> {
    let mut last = None;
    let mut of_trait = false;
    for token in tokens {
        let previous = last.take();
        let after_trait = of_trait;
        of_trait = is_trait(&token, of_trait);
        match (previous, token) {
            (Some(layer), TokenTree::Group(sizes))
                if sizes.delimiter() == Delimiter::Parenthesis && !after_trait =>
            {
                return Some((layer, sizes.stream()));
            }
            (_, TokenTree::Group(inner)) => {
                if let Some(called) = called_layer(inner.stream()) {
                    return Some(called);
                }
            }
            (_, TokenTree::Ident(word)) => last = Some(word).filter(is_layer),
            _ => {}
        }
    }
    None
}

fn is_layer(word: &Ident) -> bool {
    word.to_string().starts_with(char::is_uppercase)
}

/// Whether a token is a part of `dyn …` or `impl …`, where a function may stand: `dyn Fn(f32)`.
fn is_trait(token: &TokenTree, begun: bool) -> bool {
    match token {
        TokenTree::Ident(word) => begun || *word == "dyn" || *word == "impl",
        TokenTree::Punct(mark) => begun && mark.as_char() != ',',
        _ => begun,
    }
}

fn field(content: ParseStream) -> syn::Result<Field> {
    let field = syn::Field::parse_named(content)?;
    let initial = match content.parse::<Option<Token![=]>>()? {
        Some(_) => Some(content.parse()?),
        None => None,
    };
    if !content.is_empty() {
        content.parse::<Token![,]>()?;
    }
    // syn lets `_` through, for unnamed fields to come.
    let name = field
        .ident
        .filter(|name| name != "_")
        .ok_or_else(|| content.error("expected a name"))?;
    Ok(Field {
        initial,
        attributes: field.attrs,
        visibility: field.vis,
        name,
        spec: field.ty,
    })
}

/// After a field, or one that cannot be read: past the comma before the next thing that looks like a field.
fn skip_to_field(content: ParseStream) -> syn::Result<()> {
    while !content.is_empty() {
        let comma = content.parse::<TokenTree>()?.to_string() == ",";
        if comma && (content.peek(Token![#]) || foreign::is_field(content)) {
            break;
        }
    }
    Ok(())
}

/// After a struct without braces: to the first program.
fn skip_to_program(input: ParseStream) -> syn::Result<()> {
    while !(input.is_empty() || input.peek(Token![#]) || (input.peek(Ident) && input.peek2(Ident)))
    {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
