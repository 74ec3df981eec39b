//! Syntax tree to graph: what every name in every expression stands for.

use std::collections::{BTreeSet, HashMap};

use syn::{Expr, ExprCall, Ident, Local};

use crate::{
    ast::{Model, Program, Statement},
    graph::{At, Body, Extent, Graph, Node, Read, Resolved, Variable, expressions, is_closure},
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

/// The variables to which loops assign.
fn assigned(statements: &[Statement]) -> BTreeSet<&Ident> {
    let mut names = BTreeSet::new();
    for statement in statements {
        match statement {
            Statement::Assign(assign) => {
                names.insert(&assign.name);
            }
            Statement::Loop(own) => names.extend(assigned(&own.statements)),
            Statement::Site(_) | Statement::Let(_) => {}
        }
    }
    names
}

/// The names in sight while a body is resolved from its first statement to its last.
struct Names<'a> {
    data: BTreeSet<&'a Ident>,
    /// The sites that the generative model declares global.
    globals: BTreeSet<&'a Ident>,
    /// The sites that the generative model samples in loops.
    looped: BTreeSet<&'a Ident>,
    fields: HashMap<&'a Ident, Variable>,
    /// The latest `let` of each name.
    lets: HashMap<Ident, Bound>,
    /// The variables to which some loop of the body assigns.
    carried: BTreeSet<&'a Ident>,
    /// The step of the loop that is being resolved.
    step: Option<&'a Ident>,
    /// The sites that this loop has drawn so far.
    drawn_in_loop: BTreeSet<&'a Ident>,
}

/// What a `let` bound.
#[derive(Clone)]
struct Bound {
    variable: Variable,
    extent: Extent,
    /// Whether it is a tensor itself, for certain.
    is_surely_tensor: bool,
    /// Whether it was bound outside the loop that reads it, which does not carry it.
    is_outer: bool,
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
        let looped = generative.sites().filter(|site| site.sequence.is_some());
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
            looped: looped.map(|site| &site.name).collect(),
            fields: fields.collect(),
            lets: HashMap::new(),
            carried: assigned(&program.statements),
            step: None,
            drawn_in_loop: BTreeSet::new(),
        }
    }

    fn body(mut self, program: &'a Program) -> Body<'a> {
        let mut nodes: Vec<Node<'a>> = Vec::new();
        let mut loops = Vec::new();
        for statement in &program.statements {
            let Statement::Loop(own) = statement else {
                self.statement(statement, None, &mut nodes);
                continue;
            };
            let before = self.lets.clone();
            (self.step, self.drawn_in_loop) = (Some(&own.step), BTreeSet::new());
            for name in assigned(&own.statements) {
                if let Some(bound) = self.lets.get_mut(name) {
                    bound.is_outer = false;
                }
            }
            // A variable that is carried depends on all that any step gives it.
            let first = nodes.len();
            loop {
                let known = self.parents_of_carried();
                self.drawn_in_loop.clear();
                nodes.truncate(first);
                for statement in &own.statements {
                    self.statement(statement, Some(loops.len()), &mut nodes);
                }
                if self.parents_of_carried() == known {
                    break;
                }
            }
            let after = std::mem::replace(&mut self.lets, before);
            for name in &self.carried {
                if let (Some(own), Some(after)) = (self.lets.get_mut(*name), after.get(*name)) {
                    own.parents.extend(after.parents.iter().cloned());
                }
            }
            (self.step, self.drawn_in_loop) = (None, BTreeSet::new());
            loops.push(&**own);
        }
        Body {
            program,
            nodes,
            loops,
        }
    }

    fn parents_of_carried(&self) -> Vec<usize> {
        let parents = |name| {
            self.lets
                .get(name)
                .map_or(0, |own: &Bound| own.parents.len())
        };
        self.carried.iter().map(|name| parents(*name)).collect()
    }

    /// Resolves a statement, and notes what it binds.
    fn statement(
        &mut self,
        statement: &'a Statement,
        within: Option<usize>,
        nodes: &mut Vec<Node<'a>>,
    ) {
        let Some(resolved) = Resolved::of(statement) else {
            return;
        };
        let mut node = self.node(resolved);
        node.within = within;
        match node.statement {
            Resolved::Let(local) => self.bind(local, &mut node, nodes.len()),
            Resolved::Site(site) => {
                if within.is_some() {
                    self.drawn_in_loop.insert(&site.name);
                }
            }
            Resolved::Assign(assign) => {
                if let Some(bound) = self.lets.get_mut(&assign.name) {
                    bound.parents.extend(node.parents.iter().cloned());
                    if let Variable::Let { node: place, .. } = bound.variable {
                        node.carried = Some(place);
                    }
                }
            }
        }
        nodes.push(node);
    }

    fn bind(&mut self, local: &Local, node: &mut Node<'a>, place: usize) {
        let tensors = scope::tensors_bound(local, &|name| self.known(name));
        for name in scope::bound_by(&local.pat) {
            let is_carried = self.carried.contains(&name) && self.step.is_none();
            if is_carried {
                (node.extent, node.carried) = (Extent::Row, Some(place));
            }
            let bound = Bound {
                variable: Variable::Let {
                    node: place,
                    tensor: node.is_tensor() || is_carried,
                },
                extent: node.extent,
                is_surely_tensor: tensors.contains(&name) || is_carried,
                is_outer: self.step.is_none(),
                parents: node.parents.clone(),
            };
            self.lets.insert(name, bound);
        }
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
            within: None,
            carried: None,
        }
    }

    /// A site's extent is declared. A closure may be called with rows, whatever it reads itself.
    fn extent(&self, statement: &Resolved, reads: &[Read]) -> Extent {
        let widest = reads.iter().map(|read| read.extent).max();
        match statement {
            Resolved::Site(site) if self.globals.contains(&site.name) => Extent::Global,
            Resolved::Site(_) | Resolved::Assign(_) => Extent::Row,
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
        if self.step == Some(name) {
            return Variable::Step;
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
            Variable::Step => Known::Step,
            Variable::Let { .. } | Variable::Free => Known::Nothing,
        }
    }

    fn extent_of(&self, name: &Ident, of: Variable) -> Extent {
        match of {
            Variable::Data if self.globals.contains(name) => Extent::Global,
            Variable::Data => Extent::Row,
            Variable::Let { .. } => self.lets[name].extent,
            Variable::Parameter | Variable::Module | Variable::Step | Variable::Free => {
                Extent::Model
            }
        }
    }

    fn parents(&self, read: &Read) -> BTreeSet<Ident> {
        match read.of {
            Variable::Data => BTreeSet::from([read.name.clone()]),
            Variable::Let { .. } => self.lets[&read.name].parents.clone(),
            Variable::Parameter | Variable::Module | Variable::Step | Variable::Free => {
                BTreeSet::new()
            }
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
    fn note(&mut self, name: &Ident, called: bool, at: At) {
        let of = self.names.lookup(name);
        let is_outer = match of {
            Variable::Data => at == At::All,
            Variable::Let { .. } => at == At::All && self.names.lets[name].is_outer,
            _ => false,
        };
        self.found.push(Read {
            is_outer: is_outer && self.names.step.is_some(),
            name: name.clone(),
            of,
            extent: self.names.extent_of(name, of),
            called,
            at,
        });
    }
}

impl Reader for Reads<'_, '_> {
    fn value(&mut self, name: &Ident, _: &Expr, _: bool) -> Option<Expr> {
        self.note(name, false, At::All);
        None
    }

    fn call(&mut self, name: &Ident, _: &ExprCall) -> Option<Expr> {
        self.note(name, true, At::All);
        None
    }

    fn fixed(&mut self, name: &Ident) {
        self.note(name, false, At::All);
    }

    fn step(&self) -> Option<&Ident> {
        self.names.step
    }

    fn at_step(&mut self, name: &Ident) -> Option<Expr> {
        let is_site = self.names.lookup(name) == Variable::Data;
        let at = if is_site && self.names.drawn_in_loop.contains(name) {
            At::OwnStep
        } else if is_site && self.names.looped.contains(name) {
            At::StepOfSite
        } else {
            At::Step
        };
        self.note(name, false, at);
        None
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
