//! One statement: `sample`, `let`, and the slips that are read as one of them.

use proc_macro2::{Group, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Attribute, Expr, Ident, Local, Stmt,
    parse::{Parse, Parser},
};

use super::{
    foreign::sample_called,
    loops, program,
    split::{self, Chunk, End},
    tokens::{self, is_mark, is_word},
};
use crate::{
    ast::{Assign, Global, Loop, Site, Statement, Via},
    diagnostics,
    errors::Errors,
    suggest,
};

/// Where statements stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Body,
    Loop,
}

/// The statements of a body or a loop; those that cannot be read are reported and left out.
pub fn statements(body: TokenStream, within: Within, errors: &mut Errors) -> Vec<Statement> {
    let mut statements = Vec::new();
    for chunk in split::chunks(body) {
        match statement(&chunk, within, errors) {
            Some(statement) => {
                match chunk.end {
                    // Where it ends is not said of what cannot be read.
                    _ if is_unread(&statement) => {}
                    _ if matches!(statement, Statement::Loop(_)) => {}
                    End::Semicolon => {}
                    End::Comma(comma) => errors.push(diagnostics::comma_for_semicolon(comma)),
                    End::Open => errors.push(diagnostics::missing_semicolon(chunk.last())),
                }
                statements.push(statement);
            }
            None => errors.mark_unclear(chunk.tokens),
        }
    }
    statements
}

fn statement(chunk: &Chunk, within: Within, errors: &mut Errors) -> Option<Statement> {
    let (attributes, words) = chunk.tokens.split_at(attributes_len(&chunk.tokens));
    let words = &corrected(words, errors)[..];
    let first = words.first()?;
    if let Some(called) = sample_called(words) {
        let at = called.keyword.span();
        let (name, distribution) = (called.name.as_ref(), tokens::stream(&called.distribution));
        errors.push(diagnostics::sample_called(at, name, &distribution));
        let Some(name) = called.name else {
            errors.mark_nameless();
            return None;
        };
        let tilde = Punct::new('~', Spacing::Alone);
        let words = [TokenTree::Ident(name), TokenTree::Punct(tilde)];
        let words = [&words[..], &called.distribution].concat();
        return site(attributes, None, at, &words, errors);
    }
    match words {
        [hash, ..] if is_mark(hash, '#') => {
            errors.push_comment(hash.span());
            None
        }
        [sample, TokenTree::Ident(keyword), rest @ ..]
            if is_word(sample, "sample") && names_global(keyword, rest) =>
        {
            let global = Global {
                keyword: keyword.clone(),
                leads: false,
            };
            site(attributes, Some(global), sample.span(), rest, errors)
        }
        [TokenTree::Ident(keyword), rest @ ..] if keyword == "sample" => {
            site(attributes, None, keyword.span(), rest, errors)
        }
        [TokenTree::Ident(keyword), rest @ ..] if keyword == "observe" => {
            errors.push(diagnostics::observe_statement(keyword));
            // Whether the name is a site, an argument or both is not said: no later rule asks for either.
            errors.mark_unclear(rest.first().cloned());
            drawn(rest)?;
            site(attributes, None, keyword.span(), rest, errors)
        }
        [TokenTree::Ident(keyword), sample, rest @ ..]
            if keyword == "global" && is_word(sample, "sample") =>
        {
            let global = Global {
                keyword: keyword.clone(),
                leads: true,
            };
            site(attributes, Some(global), sample.span(), rest, errors)
        }
        [keyword, rest @ ..] if is_word(keyword, "let") => match drawn(rest) {
            Some(name) => {
                errors.push(diagnostics::missing_sample(&name));
                site(attributes, None, keyword.span(), rest, errors)
            }
            None => binding(&chunk.tokens, errors),
        },
        [TokenTree::Ident(keyword), rest @ ..] if keyword == "for" => {
            repeated(keyword, rest, within, errors)
        }
        [TokenTree::Ident(keyword), rest @ ..] if habit(keyword, rest, words, errors) => None,
        _ => match (drawn(words), tokens::as_name(first), words.get(1)) {
            (Some(name), ..) => {
                errors.push(diagnostics::missing_sample(&name));
                site(attributes, None, first.span(), words, errors)
            }
            (None, Some(name), Some(equals))
                if within == Within::Loop && tokens::single_equals(words) == Some(1) =>
            {
                let value = value(&words[2..], equals.span(), errors);
                let equals = equals.span();
                Some(Statement::Assign(Box::new(Assign {
                    name,
                    equals,
                    value,
                })))
            }
            // `z = …;` may be a site or a `let`: reported, and not guessed.
            (None, Some(name), Some(equals)) if tokens::single_equals(words) == Some(1) => {
                errors.push(diagnostics::assignment(equals.span(), &name));
                None
            }
            // `z += …;`
            (None, Some(name), Some(operator)) if tokens::is_operator_before_equals(words) => {
                errors.push(diagnostics::assignment(operator.span(), &name));
                None
            }
            _ => {
                errors.push(diagnostics::unknown_statement(first.span(), None));
                None
            }
        },
    }
}

/// `for t in 0..N { … }`
fn repeated(
    keyword: &Ident,
    rest: &[TokenTree],
    within: Within,
    errors: &mut Errors,
) -> Option<Statement> {
    if within == Within::Loop {
        errors.push(diagnostics::nested_loop(keyword.span()));
        errors.mark_unclear(rest.iter().cloned());
        return None;
    }
    let header = loops::header(keyword.span(), rest, errors)?;
    let statements = statements(header.body.stream(), Within::Loop, errors);
    Some(Statement::Loop(Box::new(Loop::of(header, statements))))
}

/// Whether a statement is one of Rust or of another language that a body has not; reported, and not guessed.
fn habit(keyword: &Ident, rest: &[TokenTree], words: &[TokenTree], errors: &mut Errors) -> bool {
    let error = match keyword.to_string().as_str() {
        "while" | "loop" => {
            let site = sampled(tokens::stream(rest));
            diagnostics::endless_loop(keyword, site.as_ref())
        }
        "break" | "continue" => diagnostics::left_loop(keyword),
        "if" | "match" => diagnostics::branch_statement(keyword),
        // A site may have this name.
        "plate" | "with" if drawn(words).is_none() && tokens::single_equals(words).is_none() => {
            diagnostics::plate_statement(keyword)
        }
        _ if matches!(rest, [bang, TokenTree::Group(_), ..] if is_mark(bang, '!')) => {
            diagnostics::printing(keyword, &format!("{keyword}!"))
        }
        "print" if matches!(rest, [TokenTree::Group(_)]) => diagnostics::printing(keyword, "print"),
        "return" => diagnostics::return_in_body(keyword.span()),
        _ => return false,
    };
    errors.push(error);
    true
}

/// The words of a statement, a misspelt `sample` or `global` before a name read as the one that was meant, after a report.
fn corrected(words: &[TokenTree], errors: &mut Errors) -> Vec<TokenTree> {
    let mut words = words.to_vec();
    for at in 0..words.len().min(2) {
        let leads = at == 0 || is_word(&words[0], "global");
        let [TokenTree::Ident(word), TokenTree::Ident(next), ..] = &words[at..] else {
            break;
        };
        if let Some(meant) = misspelt(word, next).filter(|_| leads) {
            errors.push(diagnostics::unknown_statement(word.span(), Some(&meant)));
            words[at] = TokenTree::Ident(meant);
        }
    }
    words
}

/// The keyword that `word` is a slip of where a statement begins with `word next`.
fn misspelt(word: &Ident, next: &Ident) -> Option<Ident> {
    let keyword = if suggest::is_near(next, "sample") {
        "global"
    } else {
        "sample"
    };
    let slip = suggest::is_near(word.to_string().to_lowercase(), keyword);
    let known = ["sample", "global"].iter().any(|known| word == known);
    (slip && !known).then(|| Ident::new(keyword, word.span()))
}

/// Whether `sample global z` is written, where `sample global ~` has a site of that name.
fn names_global(keyword: &Ident, rest: &[TokenTree]) -> bool {
    keyword == "global" && matches!(rest.first(), Some(TokenTree::Ident(_)))
}

/// The name of the first site that is sampled within tokens.
fn sampled(tokens: TokenStream) -> Option<Ident> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let follows = tokens.windows(2).filter(|pair| is_word(&pair[0], "sample"));
    let mut here = follows.filter_map(|pair| tokens::as_name(&pair[1]));
    here.next().or_else(|| {
        tokens.iter().find_map(|token| match token {
            TokenTree::Group(group) => sampled(group.stream()),
            _ => None,
        })
    })
}

/// The name in `name ~ …` or `name: … ~ …`.
fn drawn(words: &[TokenTree]) -> Option<Ident> {
    let name = tokens::as_name(words.first()?)?;
    let tilde = words.iter().position(|token| is_mark(token, '~'))?;
    (tilde == 1 || is_mark(&words[1], ':')).then_some(name)
}

/// `name: [dims] ~ distribution via estimator`
fn site(
    attributes: &[TokenTree],
    global: Option<Global>,
    keyword: Span,
    words: &[TokenTree],
    errors: &mut Errors,
) -> Option<Statement> {
    let Some(name) = words.first().and_then(tokens::as_name) else {
        if let Some(keyword) = words.first().and_then(tokens::as_keyword) {
            errors.push_keyword(keyword);
            errors.mark_nameless();
            return None;
        }
        errors.push(diagnostics::nameless_site(
            words.first().map_or(keyword, TokenTree::span),
        ));
        errors.mark_nameless();
        return None;
    };
    let (step, words) = step(&name, &words[1..], errors);
    let assigned = words
        .iter()
        .position(|token| is_mark(token, '~'))
        .or_else(|| tokens::single_equals(words));
    let (shape, sign, rest) = match assigned {
        Some(at) => (&words[..at], words[at].span(), &words[at + 1..]),
        None => {
            errors.push(diagnostics::missing_tilde(&name));
            errors.mark_unclear(words.iter().cloned());
            (&words[..0], name.span(), words)
        }
    };
    if assigned.is_some_and(|at| is_mark(&words[at], '=')) {
        errors.push(diagnostics::equals_for_tilde(sign, &name));
    }
    let dims = match shape {
        [] => None,
        [colon, shape @ ..] if is_mark(colon, ':') => program::dims(shape, colon.span(), errors),
        shape => program::dims(&[], shape[0].span(), errors),
    };
    let docs = docs(attributes, errors);
    let (distribution, via) = match assigned {
        Some(_) => right_hand_side(rest, sign, errors),
        None => (Expr::Verbatim(TokenStream::new()), None),
    };
    Some(Statement::Site(Box::new(Site {
        docs,
        global,
        name,
        step,
        dims,
        sequence: None,
        tilde: sign,
        distribution,
        via,
    })))
}

/// The `t` of `z[t]`, and what follows it.
fn step<'t>(
    site: &Ident,
    words: &'t [TokenTree],
    errors: &mut Errors,
) -> (Option<Ident>, &'t [TokenTree]) {
    let Some((brackets, rest)) = words.split_first() else {
        return (None, words);
    };
    // `z[2]` is a shape without its colon.
    let names = |group: &Group| {
        group
            .stream()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(_)))
    };
    let Some(group) = tokens::as_brackets(brackets).filter(|group| names(group)) else {
        return (None, words);
    };
    let step = syn::parse2(group.stream()).ok();
    if step.is_none() {
        errors.push(diagnostics::step_of_site(group.span(), site));
        errors.mark_unclear([TokenTree::Ident(site.clone())]);
    }
    (step, rest)
}

/// `distribution via estimator`: split at the word `via` where an operand is complete.
fn right_hand_side(tokens: &[TokenTree], sign: Span, errors: &mut Errors) -> (Expr, Option<Via>) {
    let tokens = without_named(tokens, errors);
    let via = (1..tokens.len()).find(|&at| {
        let after_path = is_mark(&tokens[at - 1], '.') || is_mark(&tokens[at - 1], ':');
        is_word(&tokens[at], "via") && !after_path
    });
    let Some(at) = via else {
        return (value(tokens, sign, errors), None);
    };
    let keyword = tokens[at].span();
    let estimator = match &tokens[at + 1..] {
        [] => {
            errors.push(diagnostics::empty_estimator(keyword));
            Expr::Verbatim(TokenStream::new())
        }
        estimator => value(estimator, keyword, errors),
    };
    (
        value(&tokens[..at], sign, errors),
        Some(Via { keyword, estimator }),
    )
}

/// What stands before `, obs = x` or `obs = x`, which is reported.
fn without_named<'t>(tokens: &'t [TokenTree], errors: &mut Errors) -> &'t [TokenTree] {
    let named = |at: &usize| {
        let follows_call = matches!(tokens[*at], TokenTree::Group(_));
        (is_mark(&tokens[*at], ',') || follows_call)
            && tokens::single_equals(&tokens[at + 1..]) == Some(1)
    };
    let Some(at) = (0..tokens.len()).find(named) else {
        return tokens;
    };
    if let Some(name) = tokens::as_name(&tokens[at + 1]) {
        errors.push(diagnostics::named_argument(&name));
    }
    let is_comma = is_mark(&tokens[at], ',');
    &tokens[..if is_comma { at } else { at + 1 }]
}

/// An expression; kept as tokens if it cannot be read.
fn value(tokens: &[TokenTree], after: Span, errors: &mut Errors) -> Expr {
    let Some(last) = tokens.last() else {
        errors.push(diagnostics::empty_right_hand_side(after));
        return Expr::Verbatim(TokenStream::new());
    };
    parsed(tokens::stream(tokens), last.span(), errors).unwrap_or_else(|| {
        errors.mark_unclear(tokens.iter().cloned());
        Expr::Verbatim(tokens::stream(tokens))
    })
}

/// Whether the value of a statement was reported as no Rust.
fn is_unread(statement: &Statement) -> bool {
    let value = match statement {
        Statement::Site(site) => Some(&site.distribution),
        Statement::Let(local) => local.init.as_ref().map(|init| &*init.expr),
        Statement::Assign(assign) => Some(&assign.value),
        Statement::Loop(_) => None,
    };
    matches!(value, Some(Expr::Verbatim(tokens)) if !tokens.is_empty())
}

/// Parses, and reports what it cannot; an unexpected end is reported at `end`, for syn knows no place for it.
fn parsed<T: Parse>(tokens: TokenStream, end: Span, errors: &mut Errors) -> Option<T> {
    // A keyword that was reported where it was to name a site is not reported again where it is read.
    let is_reported = errors.mentions_keyword(tokens.clone());
    syn::parse2(tokens.clone())
        .map_err(|error| {
            if is_reported {
                return;
            }
            if let Some(operator) = tokens::find_mark(tokens, '@') {
                errors.push(diagnostics::matmul_operator(operator));
                return;
            }
            let ended = error.to_string().starts_with("unexpected end");
            let error = if ended {
                syn::Error::new(end, &error)
            } else {
                error
            };
            errors.push(diagnostics::unparsable_code(&error));
        })
        .ok()
}

/// `let PATTERN: TYPE = VALUE`, attributes included; the value is kept as tokens if it cannot be read.
fn binding(tokens: &[TokenTree], errors: &mut Errors) -> Option<Statement> {
    let Some(equals) = tokens::single_equals(tokens).filter(|at| at + 1 < tokens.len()) else {
        let after = tokens.last().map_or_else(Span::call_site, TokenTree::span);
        errors.push(diagnostics::empty_right_hand_side(after));
        return None;
    };
    let whole = tokens::stream(tokens);
    if let Ok(Stmt::Local(local)) = syn::parse2(quote!(#whole;)) {
        return Some(Statement::Let(Box::new(local)));
    }
    let (mut pattern, right) = (tokens::stream(&tokens[..equals]), &tokens[equals + 1..]);
    if let Some(names) = bare_names(&tokens[..equals]) {
        errors.push(diagnostics::names_without_parentheses(&names));
        pattern = quote!(let (#(#names),*));
    }
    let Stmt::Local(mut local) = parsed(quote!(#pattern = ();), tokens[equals].span(), errors)?
    else {
        return None;
    };
    replace_value(&mut local, value(right, tokens[equals].span(), errors));
    Some(Statement::Let(Box::new(local)))
}

/// The names of `let loc, scale`.
fn bare_names(tokens: &[TokenTree]) -> Option<Vec<Ident>> {
    let names = tokens.get(1..)?.split(|token| is_mark(token, ','));
    let name = |written: &[TokenTree]| match written {
        [name] => tokens::as_name(name),
        _ => None,
    };
    let names: Vec<Ident> = names.map(name).collect::<Option<_>>()?;
    (names.len() > 1).then_some(names)
}

fn replace_value(local: &mut Local, value: Expr) {
    if let Some(init) = &mut local.init {
        *init.expr = value;
    }
}

/// How many tokens at the beginning are attributes, `#[…]`.
fn attributes_len(tokens: &[TokenTree]) -> usize {
    let pairs = tokens.chunks_exact(2);
    2 * pairs
        .take_while(|pair| is_mark(&pair[0], '#') && tokens::as_brackets(&pair[1]).is_some())
        .count()
}

/// The docs of a site; other attributes are reported.
fn docs(attributes: &[TokenTree], errors: &mut Errors) -> Vec<Attribute> {
    let attributes = Attribute::parse_outer
        .parse2(tokens::stream(attributes))
        .unwrap_or_default();
    let (docs, others): (Vec<_>, Vec<_>) = attributes
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("doc"));
    for other in others {
        errors.push(diagnostics::attribute_on_site(other.pound_token.span));
    }
    docs
}

impl Chunk {
    /// Where the `;` belongs.
    fn last(&self) -> Span {
        match self.tokens.last() {
            Some(TokenTree::Group(group)) => group.span_close(),
            Some(token) => token.span(),
            None => Span::call_site(),
        }
    }
}
