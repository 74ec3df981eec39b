//! The items that a block generates, with their names and fields: known from the headers alone, so that after an error the
//! same items can be generated with empty bodies.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::format_ident;
use syn::{Attribute, Error, Ident, ext::IdentExt};

use crate::{
    ast::{self, Dims, Field, Model, Module, Program, Site},
    errors::Errors,
    suggest,
};

/// The items of a block.
pub struct Outline<'a> {
    pub module: &'a Module,
    /// The first mistake, if there is one: then no item is what it should be.
    pub mistake: Option<&'a Error>,
    pub fields: Vec<&'a Field>,
    pub generative: Option<Generative<'a>>,
    pub inferences: Vec<Inference<'a>>,
}

/// A generative model's items.
pub struct Generative<'a> {
    pub program: &'a Program,
    pub covariates: Vec<Column<'a>>,
    pub sites: Vec<Column<'a>>,
}

/// An inference model's items.
pub struct Inference<'a> {
    pub program: &'a Program,
    /// Everything given, in the order of the arguments.
    pub inputs: Vec<Column<'a>>,
    /// The inputs that are sites.
    pub observed: Vec<Column<'a>>,
    /// What it samples.
    pub latents: Vec<Column<'a>>,
}

/// A named batch of events: a site or a covariate.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    pub name: &'a Ident,
    pub dims: Option<&'a Dims>,
    pub docs: &'a [Attribute],
    pub is_site: bool,
    pub is_global: bool,
}

impl<'a> Outline<'a> {
    /// The items of a model, leaving out whatever could not be generated beside the rest.
    pub fn of(model: &'a Model, errors: &'a Errors) -> Self {
        let module = &model.module;
        let mut methods = HashSet::from(["new", "on"].map(str::to_owned));
        let mut types = HashSet::from([module.name.to_string()]);
        let mut fits = |program: &&'a Program, suffixes: &[&str]| {
            let names: Vec<String> = suffixes
                .iter()
                .map(|suffix| type_name(module, program, suffix).to_string())
                .collect();
            let fits = !methods.contains(&program.name.to_string())
                && !names.iter().any(|name| types.contains(name));
            if fits {
                methods.insert(program.name.to_string());
                types.extend(names);
            }
            fits
        };
        let generative = model.generatives.first();
        let inferences = model.inferences.iter().filter(|_| generative.is_some());
        // Of a field that is no module rustc would say that at every trait of modules.
        let modules = module
            .fields
            .iter()
            .filter(|field| ast::plain(&field.spec).is_none() && !field.is_tensor())
            .filter(|field| field.sizes(module).is_empty());
        Outline {
            module,
            mistake: errors.first(),
            fields: distinct(modules.collect(), |field| &field.name),
            generative: generative
                .filter(|program| fits(program, &["", "Joint", "Given"]))
                .map(Generative::of),
            inferences: inferences
                .filter(|program| fits(program, &["", "Latents", "Observed", "Posterior"]))
                .filter_map(|program| Some(Inference::of(program, &Generative::of(generative?))))
                .collect(),
        }
    }
}

impl<'a> Outline<'a> {
    /// The event shape that the generative model declares for a site, or for a step of it.
    pub fn dims(&self, name: &Ident) -> Option<&'a Dims> {
        self.site(name)?.dims.as_ref()
    }

    /// The declaration of a site in the generative model.
    pub fn site(&self, name: &Ident) -> Option<&'a Site> {
        let mut sites = self.generative.iter().flat_map(|own| own.program.sites());
        sites.find(|site| site.name == *name)
    }

    /// Whether some program has a loop.
    pub fn has_loops(&self) -> bool {
        let generative = self.generative.iter().map(|own| own.program);
        let mut programs = generative.chain(self.inferences.iter().map(|own| own.program));
        programs.any(|program| program.loops().next().is_some())
    }

    /// The place of a site in the generative model.
    pub fn place(&self, name: &Ident) -> Option<usize> {
        let mut sites = self.generative.iter().flat_map(|program| &program.sites);
        sites.position(|site| site.name == name)
    }
}

impl<'a> Generative<'a> {
    fn of(program: &'a Program) -> Self {
        let covariates = program.arguments.iter().map(|argument| Column {
            name: &argument.name,
            dims: argument.dims.as_ref(),
            docs: &[],
            is_site: false,
            is_global: false,
        });
        let sites = program.sites().map(|site| Column {
            name: &site.name,
            dims: site.whole(),
            docs: &site.docs,
            is_site: true,
            is_global: site.global.is_some(),
        });
        Generative {
            program,
            covariates: distinct(covariates.collect(), |column| column.name),
            sites: distinct(sites.collect(), |column| column.name),
        }
    }
}

impl<'a> Inference<'a> {
    fn of(program: &'a Program, generative: &Generative<'a>) -> Self {
        let known: Vec<&Column> = generative
            .covariates
            .iter()
            .chain(&generative.sites)
            .collect();
        // A misspelt name takes the shape of the one that was meant.
        let column = |name: &'a Ident, docs: &'a [Attribute]| {
            let meant = suggest::nearest(name, known.iter().map(|column| column.name));
            let declared = known.iter().find(|column| Some(column.name) == meant);
            Column {
                name,
                dims: declared.and_then(|column| column.dims),
                docs: declared.map_or(docs, |column| column.docs),
                is_site: declared.is_some_and(|column| column.is_site),
                is_global: declared.is_some_and(|column| column.is_global),
            }
        };
        let inputs = program
            .arguments
            .iter()
            .map(|argument| column(&argument.name, &[]));
        let inputs = distinct(inputs.collect(), |column| column.name);
        let latents = program.sites().map(|site| column(&site.name, &site.docs));
        Inference {
            program,
            observed: inputs
                .iter()
                .filter(|input| input.is_site)
                .copied()
                .collect(),
            latents: distinct(latents.collect(), |column| column.name),
            inputs,
        }
    }
}

/// The first of every name.
fn distinct<'a, T>(items: Vec<T>, name: impl Fn(&T) -> &'a Ident) -> Vec<T> {
    let mut seen = HashSet::new();
    items
        .into_iter()
        .filter(|item| seen.insert(name(item)))
        .collect()
}

/// The type generated for a program: `Vae` and `q_labelled` make `VaeQLabelled`.
pub fn type_name(module: &Module, program: &Program, suffix: &str) -> Ident {
    let at = Span::mixed_site().located_at(program.name.span());
    format_ident!("{}{}{suffix}", module.name, camel(&program.name), span = at)
}

/// `q_labelled` as `QLabelled`.
pub fn camel(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    name.split('_').map(capital).collect()
}
