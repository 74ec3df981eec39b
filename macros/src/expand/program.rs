//! What generative and inference programs have in common: a method on the struct, the type that it returns, and the typed
//! records of what is drawn or expected.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{counts, loops, module::concrete, parts};
use crate::{
    ast::{Module, Program},
    outline::{Column, Outline, type_name},
};

/// A program as an item: its text and the data that it is given.
pub struct Item<'a> {
    pub outline: &'a Outline<'a>,
    pub program: &'a Program,
    pub inputs: &'a [Column<'a>],
    /// "The generative model `p(z, x)`"
    pub title: &'a str,
    /// The plan, shown in the docs of the type.
    pub shown: &'a str,
    /// Whether the program holds the keys of its noise.
    pub keyed: bool,
}

impl Item<'_> {
    /// ```text
    /// impl Vae { pub fn q(&self, x: impl VaeQ_x) -> VaeQ<'_> { … } }
    /// ```
    pub fn method(&self) -> TokenStream {
        let (visibility, name) = (&self.module().visibility, &self.program.name);
        let (bound, passed) = (parts::bound(self.module()), parts::passed(self.module()));
        let (concrete, allow) = (concrete(self.module()), parts::allow());
        let this = type_name(self.module(), self.program, "");
        let attributes = &self.program.attributes;
        let doc = if self.keyed {
            format!("{}, with noise of its own.", self.title)
        } else {
            format!("{}.", self.title)
        };
        let arguments = parts::arguments(self.module(), self.program, self.inputs);
        let batches = parts::given(self.module(), self.program, self.inputs);
        let inputs = self.names();
        let given = self.inputs.iter().map(|column| self.given(column));
        let at = parts::at(name.span());
        let key = self
            .keyed
            .then(|| quote_spanned!(at=> __keys: ::core::default::Default::default(),));
        quote_spanned! {at=>
            #batches

            #allow
            impl<#bound> #concrete {
                #(#attributes)*
                #[doc = ""]
                #[doc = #doc]
                #visibility fn #name(&self, #arguments) -> #this<'_, #passed> {
                    #this { __model: self, #key #(#inputs: #given),* }
                }
            }
        }
    }

    /// The data of an argument: `Data::partial(&mut x)`. What rows with their own numbers of steps have beyond their last is not read,
    /// so it is taken out at once.
    fn given(&self, column: &Column) -> TokenStream {
        let at = parts::at(column.name.span());
        let partial = |name: &Ident| {
            let given = parts::argument(name);
            quote_spanned!(at=> ::elbow::__macro::program::Data::partial(&mut #given))
        };
        let data = partial(column.name);
        let Some((count, longest)) = counts::count_of(self.outline, column) else {
            return data;
        };
        let (steps, lengths) = (loops::of_length(longest, at), partial(count));
        quote_spanned! {at=>
            ::elbow::__macro::program::steps::without_padding(#data, #steps, &#lengths)
        }
    }

    /// ```text
    /// pub struct VaeQ<'a> { __model: &'a Vae, __keys: Keys, x: Partial<…> }
    /// ```
    pub fn definition(&self) -> TokenStream {
        let (visibility, concrete) = (&self.module().visibility, concrete(self.module()));
        let (declared, allow) = (parts::declared(self.module()), parts::allow());
        let mistake = parts::mistake(self.outline);
        let this = type_name(self.module(), self.program, "");
        let doc = format!("{} of [`{}`].", self.title, self.module().name);
        let (docs, shown) = (
            parts::docs(&self.program.attributes),
            parts::shown(self.shown),
        );
        let (inputs, batches) = (self.names(), self.inputs.iter().map(parts::partial));
        let key = self
            .keyed
            .then(|| quote!(__keys: ::elbow::__macro::program::Keys,));
        quote_spanned! {parts::at(self.program.name.span())=>
            #[doc = #doc]
            #[doc = ""]
            #docs
            #shown
            #[derive(Clone)]
            #allow
            #visibility struct #this<'a, #declared #mistake> {
                __model: &'a #concrete,
                #key
                #(#inputs: #batches,)*
            }
        }
    }

    /// ```text
    /// pub struct VaeQLatents { pub z: Batch<…> }
    /// ```
    pub fn record(&self, suffix: &str, doc: &str, columns: &[Column], role: &str) -> TokenStream {
        self.record_of(suffix, doc, columns, role, parts::batch)
    }

    /// The same with fields of another type than batches.
    pub fn record_of(
        &self,
        suffix: &str,
        doc: &str,
        columns: &[Column],
        role: &str,
        kind: fn(&Column) -> TokenStream,
    ) -> TokenStream {
        let (visibility, declared) = (&self.module().visibility, parts::declared(self.module()));
        let mistake = parts::mistake(self.outline);
        let (name, allow) = (
            type_name(self.module(), self.program, suffix),
            parts::allow(),
        );
        let fields = parts::fields(self.module(), columns, role, kind);
        quote_spanned! {parts::at(self.program.name.span())=>
            #[doc = #doc]
            #[derive(Debug, Clone)]
            #allow
            #visibility struct #name<#declared #mistake> { #(#fields),* }
        }
    }

    fn module(&self) -> &Module {
        self.outline.module
    }

    /// The names of the inputs.
    pub fn names(&self) -> Vec<&Ident> {
        self.inputs.iter().map(|column| column.name).collect()
    }
}
