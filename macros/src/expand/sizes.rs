//! `M::new(0)` for an `M<const N: usize>` of which nothing says the size: one error in the user's words.
//!
//! Of a const parameter that it cannot infer rustc reports every bound that mentions it, and there are a dozen. It reports
//! none of them after an error that is definite. So the type of the seed hangs on the size: with a known size it is `u64`,
//! the only one that fits, before any argument is looked at. With an unknown one it stays open, so that a literal becomes
//! an `i32` in the end; and no model is seeded with that.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{ConstParam, Ident, Type};

use super::parts;
use crate::{
    ast::{Module, bare},
    diagnostics::{self, Unfit},
    outline::Outline,
};

const INTEGERS: [&str; 12] = [
    "usize", "u8", "u16", "u32", "u64", "u128", "isize", "i8", "i16", "i32", "i64", "i128",
];

/// One more type of seed for each parameter, at a size that no model has; `u64` and `i32` are not among them. The
/// parameters behind these are rustc's to report.
const OPEN: [&str; 6] = ["i64", "i128", "i16", "u128", "u32", "u16"];

/// The argument: no constant of the user's has this name.
pub const SEED: &str = "__seed";

/// How `new` and `on` take their seed.
pub struct Seed {
    /// The trait that ties the seed's type to the sizes.
    pub items: TokenStream,
    /// `<__Seed>`
    pub generics: TokenStream,
    /// `__Seed` or `u64`.
    pub kind: TokenStream,
    /// `where (): SizesOfM<__Seed, N>`
    pub bound: TokenStream,
    /// The seed as a `u64`.
    pub value: TokenStream,
}

/// A struct without sizes, or beside a mistake, takes a `u64`.
pub fn seed(outline: &Outline) -> Seed {
    let module = outline.module;
    let sizes: Vec<&ConstParam> = module.parameters.iter().filter(is_size).collect();
    let at = parts::at(module.name.span());
    let given = Ident::new(SEED, module.name.span());
    if sizes.is_empty() || outline.mistake.is_some() {
        return Seed {
            items: TokenStream::new(),
            generics: TokenStream::new(),
            kind: quote_spanned!(at=> u64),
            bound: TokenStream::new(),
            value: quote_spanned!(at=> #given),
        };
    }
    let seeds = format_ident!("SizesOf{}", module.name, span = at);
    let names: Vec<&Ident> = sizes.iter().map(|size| &size.ident).collect();
    Seed {
        items: seeds_of(module, &seeds, &sizes),
        generics: quote_spanned!(at=> <__Seed>),
        kind: quote_spanned!(at=> __Seed),
        bound: bound(module, &seeds, &names),
        value: quote_spanned!(at=> <() as #seeds<__Seed, #(#names),*>>::number(#given)),
    }
}

/// The bound stands at the struct's name as written: rustc then does not say that a macro wrote it.
fn bound(module: &Module, seeds: &Ident, names: &[&Ident]) -> TokenStream {
    let written = module.name.span();
    let mut seeds = seeds.clone();
    seeds.set_span(written);
    let seed = quote_spanned!(parts::at(written)=> __Seed);
    quote_spanned!(written=> where (): #seeds<#seed, #(#names),*>)
}

/// rustc shows the trait's name, so it is in the user's words.
///
/// ```text
/// pub trait SizesOfM<S, const N: usize> { fn number(seed: S) -> u64; }
/// impl<const N: usize> SizesOfM<u64, N> for () { … }
/// impl SizesOfM<i64, { <usize>::MAX }> for () { … }
/// ```
fn seeds_of(module: &Module, seeds: &Ident, sizes: &[&ConstParam]) -> TokenStream {
    let (at, visibility) = (parts::at(module.name.span()), &module.visibility);
    let names: Vec<&Ident> = sizes.iter().map(|size| &size.ident).collect();
    let types: Vec<&Type> = sizes.iter().map(|size| &size.ty).collect();
    let Unfit {
        message,
        label,
        note,
    } = diagnostics::unknown_size(&module.name, &names, &module.parameters);
    let open = OPEN
        .iter()
        .enumerate()
        .take(sizes.len())
        .map(|(place, name)| {
            let open = Ident::new(name, at);
            let others = sizes
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            let others = others
                .map(|(_, ConstParam { ident, ty, .. })| quote_spanned!(at=> const #ident: #ty));
            let arguments =
                sizes
                    .iter()
                    .enumerate()
                    .map(|(other, ConstParam { ident, ty, .. })| {
                        if other == place {
                            quote_spanned!(at=> { <#ty>::MAX })
                        } else {
                            quote_spanned!(at=> #ident)
                        }
                    });
            quote_spanned! {at=>
                #[diagnostic::do_not_recommend]
                impl<#(#others),*> #seeds<#open, #(#arguments),*> for () {
                    fn number(__seed: #open) -> u64 {
                        __seed as u64
                    }
                }
            }
        });
    quote_spanned! {at=>
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #visibility trait #seeds<__Seed, #(const #names: #types),*> {
            fn number(__seed: __Seed) -> u64;
        }

        #[diagnostic::do_not_recommend]
        impl<#(const #names: #types),*> #seeds<u64, #(#names),*> for () {
            fn number(__seed: u64) -> u64 {
                __seed
            }
        }

        #(#open)*
    }
}

fn is_size(parameter: &&ConstParam) -> bool {
    matches!(bare(&parameter.ty), Type::Path(path)
        if path.path.get_ident().is_some_and(|name| INTEGERS.iter().any(|integer| name == integer)))
}
