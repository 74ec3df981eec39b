//! Syntax tree to graph: what every name in every expression stands for.

use std::collections::{BTreeSet, HashMap};

use syn::{Expr, ExprCall, Ident};

use crate::{
    ast::{Model, Program, Statement},
    graph::{Body, Extent, Graph, Node, Read, Resolved, Variable, expressions, is_closure},
    scope::{self, Decision, Known, Reader},
};

/// Resolves every body; `None` if there is no generative model to resolve against.
pub fn resolve(model: &Model) -> Option<Graph<'_>> {
    let generative = model.generatives.first()?;
    let body = |program| Names::new(model, generative, program).body(program);
    Some(Graph {
        model,
        generative: body(generative),
        inferences: model.inferences.iter().map(body).collect(),
    })
}

/// The names in sight while a body is resolved from its first statement to its last.
struct Names<'a> {
    data: BTreeSet<&'a Ident>,
    /// The sites that the generative model declares global.
    globals: BTreeSet<&'a Ident>,
    fields: HashMap<&'a Ident, Variable>,
    /// The latest `let` of each name.
    lets: HashMap<Ident, Bound>,
}

/// What a `let` bound.
struct Bound {
    variable: Variable,
    extent: Extent,
    /// Whether it is a tensor itself, for certain.
    is_surely_tensor: bool,
    /// The sites and covariates on which it depends.
    parents: BTreeSet<Ident>,
}

impl<'a> Names<'a> {
    /// In every body the names of the generative model stand for its sites and covariates; `check` demands that they be
    /// drawn or given before they are read.
    fn new(model: &'a Model, generative: &'a Program, program: &'a Program) -> Self {
        let data = [generative, program].into_iter().flat_map(|program| {
            let arguments = program.arguments.iter().map(|argument| &argument.name);
            arguments.chain(program.sites().map(|site| &site.name))
        });
        let globals = generative.sites().filter(|site| site.global.is_some());
        let fields = model.module.fields.iter().map(|field| {
            let kind = if field.is_parameter() {
                Variable::Parameter
            } else {
                Variable::Module
            };
            (&field.name, kind)
        });
        Names {
            data: data.collect(),
            globals: globals.map(|site| &site.name).collect(),
            fields: fields.collect(),
            lets: HashMap::new(),
        }
    }

    fn body(mut self, program: &'a Program) -> Body<'a> {
        let mut nodes: Vec<Node<'a>> = Vec::new();
        for statement in &program.statements {
            let statement = match statement {
                Statement::Site(site) => Resolved::Site(site),
                Statement::Let(local) => Resolved::Let(local),
            };
            let node = self.node(statement);
            if let Resolved::Let(local) = node.statement {
                let variable = Variable::Let {
                    node: nodes.len(),
                    tensor: node.is_tensor(),
                };
                let tensors = scope::tensors_bound(local, &|name| self.known(name));
                for name in scope::bound_by(&local.pat) {
                    let bound = Bound {
                        variable,
                        extent: node.extent,
                        is_surely_tensor: tensors.contains(&name),
                        parents: node.parents.clone(),
                    };
                    self.lets.insert(name, bound);
                }
            }
            nodes.push(node);
        }
        Body { program, nodes }
    }

    fn node(&self, statement: Resolved<'a>) -> Node<'a> {
        let mut reads = Reads {
            names: self,
            found: Vec::new(),
            decisions: Vec::new(),
            inspections: Vec::new(),
        };
        for expr in expressions(&statement) {
            scope::walk(&mut expr.clone(), &mut reads);
        }
        let (reads, decisions, inspections) = (reads.found, reads.decisions, reads.inspections);
        let parents = reads.iter().flat_map(|read| self.parents(read)).collect();
        let extent = self.extent(&statement, &reads);
        Node {
            statement,
            reads,
            decisions,
            inspections,
            parents,
            extent,
        }
    }

    /// A site's extent is declared. A closure may be called with rows, whatever it reads itself.
    fn extent(&self, statement: &Resolved, reads: &[Read]) -> Extent {
        let widest = reads.iter().map(|read| read.extent).max();
        match statement {
            Resolved::Site(site) if self.globals.contains(&site.name) => Extent::Global,
            Resolved::Site(_) => Extent::Row,
            Resolved::Let(local) => match widest.unwrap_or(Extent::Model) {
                Extent::Global if is_closure(local) => Extent::Row,
                widest => widest,
            },
        }
    }

    fn lookup(&self, name: &Ident) -> Variable {
        if let Some(bound) = self.lets.get(name) {
            return bound.variable;
        }
        if self.data.contains(name) {
            return Variable::Data;
        }
        self.fields.get(name).copied().unwrap_or(Variable::Free)
    }

    fn known(&self, name: &Ident) -> Known {
        match self.lookup(name) {
            Variable::Data | Variable::Parameter => Known::Tensor,
            Variable::Let { .. } if self.lets[name].is_surely_tensor => Known::Tensor,
            Variable::Let { tensor: true, .. } => Known::OfTensors,
            Variable::Module => Known::Module,
            Variable::Let { .. } | Variable::Free => Known::Nothing,
        }
    }

    fn extent_of(&self, name: &Ident, of: Variable) -> Extent {
        match of {
            Variable::Data if self.globals.contains(name) => Extent::Global,
            Variable::Data => Extent::Row,
            Variable::Let { .. } => self.lets[name].extent,
            Variable::Parameter | Variable::Module | Variable::Free => Extent::Model,
        }
    }

    fn parents(&self, read: &Read) -> BTreeSet<Ident> {
        match read.of {
            Variable::Data => BTreeSet::from([read.name.clone()]),
            Variable::Let { .. } => self.lets[&read.name].parents.clone(),
            Variable::Parameter | Variable::Module | Variable::Free => BTreeSet::new(),
        }
    }
}

/// Collects what an expression reads, and replaces nothing.
struct Reads<'n, 'a> {
    names: &'n Names<'a>,
    found: Vec<Read>,
    decisions: Vec<(Ident, Decision)>,
    inspections: Vec<Expr>,
}

impl Reads<'_, '_> {
    fn note(&mut self, name: &Ident, called: bool) {
        let of = self.names.lookup(name);
        self.found.push(Read {
            name: name.clone(),
            of,
            extent: self.names.extent_of(name, of),
            called,
        });
    }
}

impl Reader for Reads<'_, '_> {
    fn value(&mut self, name: &Ident, _: &Expr, _: bool) -> Option<Expr> {
        self.note(name, false);
        None
    }

    fn call(&mut self, name: &Ident, _: &ExprCall) -> Option<Expr> {
        self.note(name, true);
        None
    }

    fn fixed(&mut self, name: &Ident) {
        self.note(name, false);
    }

    fn known(&self, name: &Ident) -> Known {
        self.names.known(name)
    }

    fn inspects(&mut self, whole: &Expr) {
        self.inspections.push(whole.clone());
    }

    fn decides(&mut self, name: &Ident, how: Decision) {
        self.decisions.push((name.clone(), how));
    }
}
