//! Syntax tree to graph: what every name in every expression stands for.

use std::collections::{BTreeSet, HashMap};

use syn::{Expr, ExprCall, Ident};

use crate::{
    ast::{Model, Program, Statement},
    graph::{Body, Graph, Node, Read, Resolved, Variable, expressions},
    scope::{self, Reader},
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
    fields: HashMap<&'a Ident, Variable>,
    /// The latest `let` of each name, and the sites and covariates on which it depends.
    lets: HashMap<Ident, (Variable, BTreeSet<Ident>)>,
}

impl<'a> Names<'a> {
    /// In every body the names of the generative model stand for its sites and covariates; `check` demands that they be
    /// drawn or given before they are read.
    fn new(model: &'a Model, generative: &'a Program, program: &'a Program) -> Self {
        let data = [generative, program].into_iter().flat_map(|program| {
            let arguments = program.arguments.iter().map(|argument| &argument.name);
            arguments.chain(program.sites().map(|site| &site.name))
        });
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
                for name in scope::bound_by(&local.pat) {
                    self.lets.insert(name, (variable, node.parents.clone()));
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
        };
        for expr in expressions(&statement) {
            scope::walk(&mut expr.clone(), &mut reads);
        }
        let reads = reads.found;
        let parents = reads.iter().flat_map(|read| self.parents(read)).collect();
        Node {
            statement,
            reads,
            parents,
        }
    }

    fn lookup(&self, name: &Ident) -> Variable {
        if let Some((variable, _)) = self.lets.get(name) {
            return *variable;
        }
        if self.data.contains(name) {
            return Variable::Data;
        }
        self.fields.get(name).copied().unwrap_or(Variable::Free)
    }

    fn parents(&self, read: &Read) -> BTreeSet<Ident> {
        match read.of {
            Variable::Data => BTreeSet::from([read.name.clone()]),
            Variable::Let { .. } => self.lets[&read.name].1.clone(),
            Variable::Parameter | Variable::Module | Variable::Free => BTreeSet::new(),
        }
    }
}

/// Collects what an expression reads, and replaces nothing.
struct Reads<'n, 'a> {
    names: &'n Names<'a>,
    found: Vec<Read>,
}

impl Reads<'_, '_> {
    fn note(&mut self, name: &Ident, repeated: bool, called: bool) {
        self.found.push(Read {
            name: name.clone(),
            of: self.names.lookup(name),
            repeated,
            called,
        });
    }
}

impl Reader for Reads<'_, '_> {
    fn value(&mut self, name: &Ident, _: &Expr, repeated: bool) -> Option<Expr> {
        self.note(name, repeated, false);
        None
    }

    fn call(&mut self, name: &Ident, _: &ExprCall, repeated: bool) -> Option<Expr> {
        self.note(name, repeated, true);
        None
    }

    fn fixed(&mut self, name: &Ident) {
        self.note(name, true, false);
    }
}
