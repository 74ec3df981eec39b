//! Who reads whom: the sites of the generative model and of every inference model, with edges through `let`s.

use std::collections::BTreeSet;

use syn::{Expr, Ident, Local};

use crate::{
    ast::{Argument, Assign, Dims, Field, Loop, Model, Program, Site, Statement},
    scope::{self, Decision},
};

/// A resolved model.
pub struct Graph<'a> {
    pub model: &'a Model,
    pub generative: Body<'a>,
    pub inferences: Vec<Body<'a>>,
}

/// A program's statements, in order, those of a loop in its place.
pub struct Body<'a> {
    pub program: &'a Program,
    pub nodes: Vec<Node<'a>>,
    pub loops: Vec<&'a Loop>,
}

/// A statement and what it reads.
pub struct Node<'a> {
    pub statement: Resolved<'a>,
    pub reads: Vec<Read>,
    /// The tensors of which a yes or no is made.
    pub decisions: Vec<(Ident, Decision)>,
    /// Where a tensor is indexed, or asked by a method.
    pub inspections: Vec<Expr>,
    /// The sites and covariates on which the value depends, directly or through `let`s.
    pub parents: BTreeSet<Ident>,
    /// Of what there is one value.
    pub extent: Extent,
    /// The number of the loop that it stands in.
    pub within: Option<usize>,
    /// The variable that a loop carries, by the place of its `let`, if the statement is that `let` or gives it a new value.
    pub carried: Option<usize>,
}

/// Of what a statement has one value. What is read decides: the widest extent wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Extent {
    /// There is one in all: numbers, fields, and what is computed of them.
    Model,
    /// One draw for the whole data set: a global site, and what is computed of such sites alone.
    Global,
    /// Each row of the data has its own.
    Row,
}

/// A statement.
pub enum Resolved<'a> {
    Site(&'a Site),
    Let(&'a Local),
    Assign(&'a Assign),
}

impl<'a> Resolved<'a> {
    /// A statement, unless it is a loop.
    pub fn of(statement: &'a Statement) -> Option<Self> {
        match statement {
            Statement::Site(site) => Some(Self::Site(site)),
            Statement::Let(local) => Some(Self::Let(local)),
            Statement::Assign(assign) => Some(Self::Assign(assign)),
            Statement::Loop(_) => None,
        }
    }
}

/// One free name in a statement's expressions.
pub struct Read {
    pub name: Ident,
    pub of: Variable,
    /// Of what it has one value.
    pub extent: Extent,
    /// Whether it is called.
    pub called: bool,
    /// Which of its steps is read.
    pub at: At,
    /// Whether a statement of a loop reads what was computed outside of it, for all rows.
    pub is_outer: bool,
}

/// The steps of a variable that are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// All, or it has none.
    All,
    /// That of the loop, of a tensor: `h[t]`.
    Step,
    /// The same, of a site that loops sample.
    StepOfSite,
    /// The same, of a site that this loop has drawn above.
    OwnStep,
}

impl Read {
    /// Whether it is the word of the language in `observed(x)`, and no variable, field or site of that name.
    pub fn asks_for_mask(&self) -> bool {
        self.called && self.of == Variable::Free && self.name == "observed"
    }
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Variable {
    /// A site or a covariate.
    Data,
    /// A field that is a tensor.
    Parameter,
    /// A field that is a module.
    Module,
    /// The `let` at this place in the body; a tensor if it depends on data, parameters or a module's result.
    Let { node: usize, tensor: bool },
    /// The step of the loop.
    Step,
    /// Anything else: a constant, a function, a type. Left to rustc.
    Free,
}

impl Variable {
    /// Whether reads of it go through the pass, which sees to its rows and gradients.
    pub fn is_tensor(self) -> bool {
        matches!(
            self,
            Variable::Data | Variable::Parameter | Variable::Let { tensor: true, .. }
        )
    }
}

impl<'a> Graph<'a> {
    /// The bodies of all programs, the generative one first.
    pub fn bodies(&self) -> impl Iterator<Item = &Body<'a>> {
        [&self.generative].into_iter().chain(&self.inferences)
    }

    /// The declaration of a site in the generative model.
    pub fn site(&self, name: &Ident) -> Option<&'a Site> {
        self.generative
            .program
            .sites()
            .find(|site| site.name == *name)
    }

    /// Whether a site is declared as one draw for the whole data set.
    pub fn is_global(&self, name: &Ident) -> bool {
        self.site(name).is_some_and(|site| site.global.is_some())
    }

    /// The declaration of a covariate.
    pub fn covariate(&self, name: &Ident) -> Option<&'a Argument> {
        self.generative.program.argument(name)
    }

    /// The names of the generative model: covariates, then sites.
    pub fn names(&self) -> impl Iterator<Item = &'a Ident> {
        let program = self.generative.program;
        let covariates = program.arguments.iter().map(|argument| &argument.name);
        covariates.chain(program.sites().map(|site| &site.name))
    }

    /// The event shape that is declared for a site or a covariate; the inner `None` is one number a row.
    pub fn dims(&self, name: &Ident) -> Option<Option<&'a Dims>> {
        let site = self.site(name).map(Site::whole);
        site.or_else(|| Some(self.covariate(name)?.dims.as_ref()))
    }

    /// A field of the struct.
    pub fn field(&self, name: &Ident) -> Option<&'a Field> {
        self.model
            .module
            .fields
            .iter()
            .find(|field| field.name == *name)
    }
}

impl<'a> Body<'a> {
    /// The site nodes, in order.
    pub fn sites(&self) -> impl Iterator<Item = (&'a Site, &Node<'a>)> {
        self.nodes.iter().filter_map(|node| match node.statement {
            Resolved::Site(site) => Some((site, node)),
            _ => None,
        })
    }

    /// The reads of names unknown to the model. They may be misspelt names of it, or as well functions and constants of the
    /// user's: only rustc can tell.
    pub fn unknown(&self) -> impl Iterator<Item = &Read> {
        let reads = self.nodes.iter().flat_map(|node| &node.reads);
        reads.filter(|read| read.of == Variable::Free)
    }

    /// The loop that samples a site.
    pub fn loop_of(&self, name: &Ident) -> Option<&'a Loop> {
        let (_, node) = self.sites().find(|(site, _)| site.name == *name)?;
        Some(self.loops[node.within?])
    }

    /// The names that the `let`s bind.
    pub fn variables(&self) -> impl Iterator<Item = Ident> {
        let patterns = self.nodes.iter().filter_map(|node| match node.statement {
            Resolved::Let(local) => Some(&local.pat),
            _ => None,
        });
        patterns.flat_map(scope::bound_by)
    }

    /// The sites and covariates on which a site depends, directly or through others, in whatever order they are written.
    pub fn ancestors(&self, name: &Ident) -> BTreeSet<Ident> {
        let mut ancestors = BTreeSet::new();
        let mut open = vec![name.clone()];
        while let Some(name) = open.pop() {
            let nodes = self.sites().filter(|(site, _)| site.name == name);
            for parent in nodes.flat_map(|(_, node)| &node.parents) {
                if ancestors.insert(parent.clone()) {
                    open.push(parent.clone());
                }
            }
        }
        ancestors
    }

    /// The site nodes that depend on one of `ancestors`, directly or through other sites, and `ancestors` themselves.
    pub fn descendants(&self, ancestors: impl IntoIterator<Item = Ident>) -> BTreeSet<Ident> {
        let mut family: BTreeSet<Ident> = ancestors.into_iter().collect();
        for (site, node) in self.sites() {
            if !node.parents.is_disjoint(&family) {
                family.insert(site.name.clone());
            }
        }
        family
    }
}

impl Program {
    /// The argument of this name.
    pub fn argument(&self, name: &Ident) -> Option<&Argument> {
        self.arguments
            .iter()
            .find(|argument| argument.name == *name)
    }
}

impl Node<'_> {
    /// Whether the value is a tensor, or holds tensors: then reads of a `let` go through the pass.
    pub fn is_tensor(&self) -> bool {
        self.reads
            .iter()
            .any(|read| read.of.is_tensor() || (matches!(read.of, Variable::Module) && read.called))
    }
}

/// Whether a `let` binds a closure.
pub fn is_closure(local: &Local) -> bool {
    let value = local.init.as_ref().map(|init| &*init.expr);
    matches!(value, Some(Expr::Closure(_)))
}

/// The expressions of a statement.
pub fn expressions<'a>(statement: &Resolved<'a>) -> Vec<&'a Expr> {
    match statement {
        Resolved::Site(site) => {
            let estimator = site.via.as_ref().map(|via| &via.estimator);
            [&site.distribution].into_iter().chain(estimator).collect()
        }
        Resolved::Let(local) => local
            .init
            .iter()
            .flat_map(|init| {
                let diverge = init.diverge.as_ref().map(|(_, diverge)| &**diverge);
                [&*init.expr].into_iter().chain(diverge)
            })
            .collect(),
        Resolved::Assign(assign) => vec![&assign.value],
    }
}
