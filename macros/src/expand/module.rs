//! The struct: a dfdx module that is generic over its built fields, so that it can change its device, with the built types
//! as defaults, so that its name alone is the concrete type.

use std::{collections::HashSet, iter};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, spanned::Spanned};

use super::{
    network, parts,
    sizes::{self, Seed},
};
use crate::{
    ast::{Field, Module},
    outline::{Outline, camel},
    plan::{Call, Parameter},
};

/// The struct, its `TensorCollection`, and its constructors.
pub fn items(outline: &Outline, calls: &[Call], parameters: &[Parameter]) -> TokenStream {
    let mistake = parts::mistaken_constant(outline);
    let built = outline
        .fields
        .iter()
        .map(|field| built(outline, field, calls, parameters));
    let built: TokenStream = built.collect();
    let definition = definition(outline);
    let collection = collection(outline);
    let constructors = constructors(outline);
    let habits = habits(outline.module);
    quote!(#mistake #built #definition #collection #constructors #habits)
}

/// The type that a field is built to. rustc shows its name if a network does not fit.
///
/// ```text
/// type Vae_encoder<const N: usize> = Fitting<Linear<N, 2>, { … }>;
/// ```
fn built(
    outline: &Outline,
    field: &Field,
    calls: &[Call],
    parameters: &[Parameter],
) -> TokenStream {
    let (alias, bound) = (
        parts::built(outline.module, field),
        parts::bound(outline.module),
    );
    let built = network::built(field, outline.module, calls, parameters);
    quote_spanned! {alias.span()=>
        #[allow(non_camel_case_types, dead_code)]
        type #alias<#bound> = #built;
    }
}

/// ```text
/// pub struct Vae<const N: usize, BuiltEncoder = Vae_encoder<N>> { encoder: BuiltEncoder, __run: RunState }
/// ```
fn definition(outline: &Outline) -> TokenStream {
    let module = outline.module;
    let (attributes, visibility, name) = (&module.attributes, &module.visibility, &module.name);
    let (allow, types) = (parts::allow(), types(outline));
    let (parameters, mistake) = (parts::declared(module), parts::mistake(outline));
    let passed = parts::passed(module);
    let aliases = outline
        .fields
        .iter()
        .map(|field| parts::built(module, field));
    let defaults = aliases.map(|alias| quote_spanned!(alias.span()=> #alias<#passed>));
    let fields = outline.fields.iter().zip(&types).map(|(field, built)| {
        let (attributes, visibility, name) = (&field.attributes, &field.visibility, &field.name);
        quote!(#(#attributes)* #visibility #name: #built,)
    });
    quote_spanned! {parts::at(name.span())=>
        #(#attributes)*
        #allow
        #visibility struct #name<#parameters #(#types = #defaults,)* #mistake> {
            #(#fields)*
            #[doc(hidden)]
            __run: ::elbow::__macro::RunState,
        }
    }
}

/// Fields are visited as pairs of pairs, `((a, b), (c, d))`: there may be any number of them, for rustc's limit on how deep
/// types nest is met by their depth.
fn collection(outline: &Outline) -> TokenStream {
    let module = outline.module;
    let (name, bound, passed, types) = (
        &module.name,
        parts::bound(module),
        parts::passed(module),
        types(outline),
    );
    let names: Vec<&Ident> = outline.fields.iter().map(|field| &field.name).collect();
    let visits = paired(&names, &|name| {
        let label = parts::label(name);
        quote_spanned!(parts::at(name.span())=> Self::module(#label, |__module| &__module.#name, |__module| &mut __module.#name))
    });
    let variables: Vec<Ident> = (0..names.len())
        .map(|place| format_ident!("__field_{place}"))
        .collect();
    let built = paired(&variables.iter().collect::<Vec<_>>(), &|name| quote!(#name));
    quote_spanned! {parts::at(name.span())=>
        #[automatically_derived]
        impl<
            #bound
            __E: ::elbow::__macro::dfdx::shapes::Dtype,
            __D: ::elbow::__macro::dfdx::tensor_ops::Device<__E>,
            #(#types: ::elbow::__macro::dfdx::nn::tensor_collection::TensorCollection<__E, __D>),*
        > ::elbow::__macro::dfdx::nn::tensor_collection::TensorCollection<__E, __D> for #name<#passed #(#types),*> {
            type To<__E2: ::elbow::__macro::dfdx::shapes::Dtype, __D2: ::elbow::__macro::dfdx::tensor_ops::Device<__E2>> =
                #name<#passed #(#types::To<__E2, __D2>),*>;

            fn iter_tensors<__V: ::elbow::__macro::dfdx::nn::tensor_collection::ModuleVisitor<Self, __E, __D>>(
                __visitor: &mut __V,
            ) -> ::core::result::Result<::core::option::Option<Self::To<__V::E2, __V::D2>>, __V::Err> {
                __visitor.visit_fields(
                    #visits,
                    |#built| #name { #(#names: #variables,)* __run: ::core::default::Default::default() },
                )
            }
        }
    }
}

/// `(a, (b, c))`: a tree of pairs with one leaf a name.
fn paired(names: &[&Ident], leaf: &dyn Fn(&Ident) -> TokenStream) -> TokenStream {
    match names {
        [] => quote!(()),
        [name] => leaf(name),
        names => {
            let (first, second) = names.split_at(names.len() / 2);
            let (first, second) = (paired(first, leaf), paired(second, leaf));
            quote!((#first, #second))
        }
    }
}

/// `new` and `on`, and the state of the run.
fn constructors(outline: &Outline) -> TokenStream {
    let module = outline.module;
    let (visibility, name, allow) = (&module.visibility, &module.name, parts::allow());
    let (bound, concrete) = (parts::bound(module), concrete(module));
    let Seed {
        items,
        generics,
        kind,
        bound: fits,
        value,
    } = sizes::seed(outline);
    let starts = outline.fields.iter().filter(|field| field.is_parameter());
    let starts = starts.filter_map(|field| {
        let (name, initial) = (&field.name, field.initial.as_ref()?);
        Some(quote_spanned! {parts::at(initial.span())=>
            <__Site as ::elbow::__macro::nn::Begin<_, _, _>>::begin(
                &mut self.#name, #initial, ::elbow::__macro::program::unwritten
            );
        })
    });
    // Written with the user's name, or rustc would say that a macro wrote it where an argument is missing.
    let [new, on, seed] = ["new", "on", sizes::SEED].map(|own| Ident::new(own, name.span()));
    quote_spanned! {parts::at(name.span())=>
        #items

        #allow
        impl<#bound> #concrete {
            /// Builds the model on the default device; the seed decides its initial weights and all its noise.
            #visibility fn #new #generics(#seed: #kind) -> Self #fits {
                let __seed: u64 = #value;
                let __device = ::elbow::__macro::Device::seed_from_u64(__seed);
                <Self as ::elbow::__macro::dfdx::nn::BuildModule<::elbow::__macro::Device, f32>>::build(&__device).__seeded::<()>(__seed)
            }

            /// Builds the model on this device, whose own seed decides the initial weights; the seed here decides its noise.
            #visibility fn #on #generics(__device: &::elbow::__macro::Device, #seed: #kind) -> Self #fits {
                <Self as ::elbow::__macro::dfdx::nn::BuildModule<::elbow::__macro::Device, f32>>::build(__device).__seeded::<()>(#value)
            }

            // Of `self`, or rustc would name it among the ways to make a model.
            fn __seeded<__Site>(mut self, __seed: u64) -> Self {
                self.__run = ::elbow::__macro::RunState::new(__seed);
                #(#starts)*
                self
            }
        }

        #[automatically_derived]
        impl<#bound> ::elbow::__macro::program::Model for #concrete {
            fn run_state(&self) -> &::elbow::__macro::RunState {
                &self.__run
            }
        }
    }
}

/// The methods of other libraries' models, which cannot be called, and say what to write instead. Behind a reference they are
/// found last, after every method that the user gives to the struct.
fn habits(module: &Module) -> TokenStream {
    let (bound, concrete) = (parts::bound(module), concrete(module));
    quote_spanned! {parts::at(module.name.span())=>
        #[automatically_derived]
        impl<#bound> ::core::ops::Deref for #concrete {
            type Target = ::elbow::family::checks::ModelItself;
            fn deref(&self) -> &::elbow::family::checks::ModelItself {
                &::elbow::family::checks::ModelItself
            }
        }
    }
}

/// The struct with the built types: `Vae<PIXELS, LATENTS>`, always at its own name. A field that is no module makes rustc
/// complain of every mention of it.
pub fn concrete(module: &Module) -> TokenStream {
    let at = parts::at(module.name.span());
    let mut name = module.name.clone();
    name.set_span(at);
    let passed = parts::passed(module);
    quote_spanned!(at=> #name<#passed>)
}

/// One type parameter a field: `BuiltEncoder`, which rustc shows among the struct's. A number tells apart what only differs in
/// underscores, or what the user has named so.
fn types(outline: &Outline) -> Vec<Ident> {
    let module = outline.module;
    let specs = outline.fields.iter().map(|field| &field.spec);
    let written = specs.flat_map(|spec| names(spec.to_token_stream()));
    let parameters = module.parameters.iter();
    let sizes = parameters.map(|parameter| parameter.ident.to_string());
    let mut taken: HashSet<String> = written.chain(sizes).collect();
    let mut types = Vec::new();
    for field in &outline.fields {
        let plain = format!("Built{}", camel(&field.name));
        let numbered = (1..).map(|number| format!("{plain}{number}"));
        let mut free = iter::once(plain.clone()).chain(numbered);
        let free = free.find(|name| taken.insert(name.clone()));
        let at = parts::at(field.name.span());
        types.push(Ident::new(&free.unwrap_or(plain), at));
    }
    types
}

/// All names in tokens.
fn names(tokens: TokenStream) -> Vec<String> {
    let named = |token| match token {
        TokenTree::Ident(name) => vec![name.to_string()],
        TokenTree::Group(group) => names(group.stream()),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(named).collect()
}
