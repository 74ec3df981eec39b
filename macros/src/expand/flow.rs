//! The flow of a program with loops. From it the runtime finds who influences whom at every step.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{loops::longest, parts};
use crate::{
    ast::Site,
    outline::Outline,
    plan::{Kind, Section, Source, Step},
};

/// The flow of a program: its sites, and what every statement reads.
pub fn flow<P, Q>(
    outline: &Outline,
    guide: Option<&Section<Q>>,
    model: &Section<P>,
    is_latent: impl Fn(&Site) -> bool,
) -> TokenStream {
    let sites = model.sites().map(|(site, _)| {
        let label = parts::label(&site.name);
        let plate = match site.global {
            Some(_) => quote!(Global),
            None => quote!(Rows),
        };
        let steps = match site.longest() {
            Some(longest) => quote!(::core::option::Option::Some(#longest)),
            None => quote!(::core::option::Option::None),
        };
        let latent = is_latent(site);
        quote! {
            ::elbow::__macro::program::flow::Declared {
                name: #label,
                plate: ::elbow::__macro::program::Plate::#plate,
                steps: #steps,
                is_latent: #latent,
            }
        }
    });
    let q = guide.map_or_else(String::new, |guide| parts::label(&guide.program.name));
    let guide = guide.map_or_else(TokenStream::new, |guide| lines(outline, guide));
    let model_lines = lines(outline, model);
    let (at, p) = (
        parts::at(model.program.name.span()),
        parts::label(&model.program.name),
    );
    quote_spanned! {at=>
        ::elbow::__macro::program::Sites::Unrolled(&::elbow::__macro::program::flow::Flow {
            names: [#p, #q],
            sites: &[#(#sites),*],
            guide: &[#guide],
            model: &[#model_lines],
        })
    }
}

fn lines<R>(outline: &Outline, section: &Section<R>) -> TokenStream {
    let variables = Numbers {
        statements: section.steps.len(),
        carried: section.carried(),
    };
    let parts = section.parts().map(|(own, numbers)| {
        let lines = numbers.map(|at| line(outline, &variables, at, &section.steps[at]));
        let lines: TokenStream = lines.collect();
        let Some(own) = own else {
            return lines;
        };
        let over = section.loops[own];
        let (longest, reversed) = (longest(outline, over), over.is_reversed);
        quote! {
            ::elbow::__macro::program::flow::Line::Loop {
                steps: #longest,
                is_reversed: #reversed,
                lines: &[#lines],
            },
        }
    });
    parts.collect()
}

/// The numbers of variables: of one that a loop carries a number of its own, for one `let` may start several; of all others the number of their
/// statement.
struct Numbers<'a> {
    statements: usize,
    carried: Vec<(usize, &'a Ident)>,
}

impl Numbers<'_> {
    fn of(&self, place: usize, name: &Ident) -> usize {
        let mut carried = self.carried.iter();
        let own = carried.position(|(own, carried)| *own == place && *carried == name);
        own.map_or(place, |own| self.statements + own)
    }

    /// Those that a `let` starts.
    fn started(&self, place: usize) -> Vec<usize> {
        let carried = self.carried.iter().filter(|(own, _)| *own == place);
        let own = carried.map(|(_, name)| self.of(place, name));
        std::iter::once(place).chain(own).collect()
    }
}

fn line<R>(outline: &Outline, variables: &Numbers, at: usize, step: &Step<R>) -> TokenStream {
    let reads = step.sources.iter().filter_map(|source| {
        let (kind, place) = match source {
            Source::Site(name) => (quote!(Site), outline.place(name)?),
            Source::Step(name) => (quote!(Step), outline.place(name)?),
            Source::Variable(place, name) => (quote!(Variable), variables.of(*place, name)),
        };
        Some(quote!(::elbow::__macro::program::flow::Source::#kind(#place)))
    });
    let reads: Vec<TokenStream> = reads.collect();
    let makes = match &step.kind {
        Kind::Site(site, _) => {
            let place = outline.place(&site.name).unwrap_or_default();
            vec![quote!(Site(#place))]
        }
        Kind::Let(_) => {
            let started = variables.started(at).into_iter();
            started
                .map(|variable| quote!(Variable(#variable)))
                .collect()
        }
        Kind::Assign(assign) => {
            let variable = variables.of(step.carried.unwrap_or(at), &assign.name);
            vec![quote!(Variable(#variable))]
        }
    };
    quote! {
        ::elbow::__macro::program::flow::Line::Statement {
            number: #at,
            makes: &[#(::elbow::__macro::program::flow::Source::#makes),*],
            reads: &[#(#reads),*],
        },
    }
}
