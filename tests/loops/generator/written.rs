//! Statements as text, with their loops or step by step.

use std::collections::HashMap;

use super::words::{Expr, Family, Plan, Right, Scope, Site, Statement};

/// A body while it is written.
pub struct Body<'p> {
    plan: &'p Plan,
    /// Whether loops stay loops.
    is_looped: bool,
    is_guide: bool,
    /// The step, where loops are unrolled.
    step: Option<usize>,
    /// The name of each variable, and whether it is one event for all rows.
    locals: HashMap<String, (String, bool)>,
    /// How often each variable was given a value.
    versions: HashMap<String, usize>,
    text: String,
}

/// The name of a site's step in an unrolled model.
pub fn step_name(site: &Site, step: usize) -> String {
    format!("{}·{step}", site.name)
}

/// The statements of a body.
pub fn body(plan: &Plan, statements: &[Statement], is_looped: bool, is_guide: bool) -> String {
    let mut body = Body {
        plan,
        is_looped,
        is_guide,
        step: None,
        locals: HashMap::new(),
        versions: HashMap::new(),
        text: String::new(),
    };
    body.run(statements, 2);
    body.text
}

impl Body<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        self.text += &format!("{}{line}\n", "    ".repeat(depth));
    }

    fn run(&mut self, statements: &[Statement], depth: usize) {
        for statement in statements {
            self.statement(statement, depth);
        }
    }

    fn statement(&mut self, statement: &Statement, depth: usize) {
        match statement {
            Statement::Loop(is_reversed, inner) if self.is_looped => {
                let end = match self.plan.is_ragged {
                    true => "length".to_owned(),
                    false => self.plan.steps.to_string(),
                };
                let range = match is_reversed {
                    true => format!("(0..{end}).rev()"),
                    false => format!("0..{end}"),
                };
                self.line(depth, &format!("for t in {range} {{"));
                self.run(inner, depth + 1);
                self.line(depth, "}");
            }
            Statement::Loop(is_reversed, inner) => {
                for at in 0..self.plan.steps {
                    self.step = Some(match is_reversed {
                        true => self.plan.steps - 1 - at,
                        false => at,
                    });
                    self.run(inner, depth);
                }
                self.step = None;
            }
            Statement::Let(name, value) | Statement::LetMut(name, value) => {
                let (written, is_event) = (self.bare(value), self.is_event(value));
                let is_carried = matches!(statement, Statement::LetMut(..));
                let own = self.named(name, is_event && !(is_carried && self.is_looped));
                let word = if is_carried && self.is_looped {
                    "let mut"
                } else {
                    "let"
                };
                self.line(depth, &format!("{word} {own} = {written};"));
            }
            Statement::Assign(name, value) => {
                let (written, is_event) = (self.bare(value), self.is_event(value));
                match self.is_looped {
                    true => self.line(depth, &format!("{name} = {written};")),
                    false => {
                        let own = self.named(name, is_event);
                        self.line(depth, &format!("let {own} = {written};"));
                    }
                }
            }
            Statement::LetSteps(name, field, site) => {
                let site = &self.plan.sites[*site];
                if self.is_looped {
                    self.line(depth, &format!("let {name} = f{field}({});", site.name));
                    return;
                }
                for step in 0..self.plan.steps {
                    let of = step_name(site, step);
                    self.line(depth, &format!("let {name}_{step} = f{field}({of});"));
                }
            }
            Statement::Sample(site, right) => {
                let line = self.sample(*site, right);
                self.line(depth, &line);
            }
        }
    }

    /// The name of a variable that gets a new value.
    fn named(&mut self, name: &str, is_event: bool) -> String {
        let version = self.versions.entry(name.to_owned()).or_default();
        *version += 1;
        let own = match self.is_looped {
            true => name.to_owned(),
            false => format!("{name}_v{version}"),
        };
        self.locals.insert(name.to_owned(), (own.clone(), is_event));
        own
    }

    fn sample(&self, at: usize, right: &Right) -> String {
        let site = &self.plan.sites[at];
        let global = match site.scope == Scope::Global && !self.is_guide {
            true => "global ",
            false => "",
        };
        let name = match (site.scope, self.step) {
            (Scope::Steps, Some(step)) => step_name(site, step),
            (Scope::Steps, None) => format!("{}[t]", site.name),
            _ => site.name.clone(),
        };
        let dims = match (self.is_guide, site.width) {
            (true, _) | (_, 0) => String::new(),
            (_, width) => format!(": [{width}]"),
        };
        let via = match site.via.filter(|_| self.is_guide) {
            Some(via) => format!(" via {via}"),
            None => String::new(),
        };
        format!("{global}sample {name}{dims} ~ {}{via};", self.right(right))
    }

    fn right(&self, right: &Right) -> String {
        let first = self.bare(&right.first);
        let second = right.second.as_ref().map(|own| self.expr(own));
        match right.family {
            Family::Normal => match second {
                Some(second) => format!("Normal::new({first}, ({second} * 0.3).exp())"),
                None => format!("Normal::new({first}, 0.7)"),
            },
            Family::Bernoulli => format!("Bernoulli::logits({first})"),
            Family::Gamma => format!("Gamma::new(({} * 0.3).exp(), 1.5)", self.expr(&right.first)),
            Family::OneHot => format!("OneHotCategorical::logits({first})"),
            Family::Poisson => format!("Poisson::new(({} * 0.3).exp())", self.expr(&right.first)),
            Family::Categorical => format!("Categorical::logits({first})"),
        }
    }

    fn site(&self, at: usize) -> String {
        let site = &self.plan.sites[at];
        let own = match (site.scope, self.step) {
            (Scope::Steps, Some(step)) => step_name(site, step),
            (Scope::Steps, None) => format!("{}[t]", site.name),
            _ => site.name.clone(),
        };
        match site.width {
            0 => format!("column({own})"),
            _ => own,
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Site(at) => self.site(*at),
            Expr::Whole(at) => {
                let site = &self.plan.sites[*at];
                if self.is_looped {
                    return format!("total({})", site.name);
                }
                let term = |step| format!("{} * {}.0", step_name(site, step), step + 1);
                let terms: Vec<String> = (0..self.plan.steps).map(term).collect();
                format!("({})", terms.join(" + "))
            }
            Expr::Local(name) => format!("{}.clone()", self.locals[name].0),
            Expr::Step(name) => match self.step {
                Some(step) => format!("{name}_{step}"),
                None => format!("{name}[t]"),
            },
            Expr::Parameter(field) => format!("f{field}"),
            Expr::Net(field, of) => format!("f{field}({})", self.bare(of)),
            Expr::Concat(a, b) => format!("concat({}, {})", self.site(*a), self.site(*b)),
            Expr::Sum(terms) => {
                let mut terms: Vec<&Expr> = terms.iter().collect();
                // One event for all rows stands after the rows.
                terms.sort_by_key(|term| self.is_event(term));
                let terms: Vec<String> = terms.into_iter().map(|term| self.expr(term)).collect();
                match &terms[..] {
                    [alone] => alone.clone(),
                    _ => format!("({})", terms.join(" + ")),
                }
            }
            Expr::Tanh(of) => format!("{}.tanh()", self.expr(of)),
        }
    }

    /// An expression that stands alone.
    fn bare(&self, expr: &Expr) -> String {
        let own = self.expr(expr);
        match expr {
            Expr::Sum(terms) if terms.len() > 1 => own[1..own.len() - 1].to_owned(),
            Expr::Sum(terms) => self.bare(&terms[0]),
            Expr::Whole(_) if !self.is_looped => own[1..own.len() - 1].to_owned(),
            _ => own,
        }
    }

    fn is_event(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Site(at) => self.plan.sites[*at].scope == Scope::Global,
            Expr::Whole(_) | Expr::Step(_) | Expr::Concat(..) => false,
            Expr::Local(name) => self.locals[name].1,
            Expr::Parameter(_) => true,
            Expr::Net(_, of) | Expr::Tanh(of) => self.is_event(of),
            Expr::Sum(terms) => terms.iter().all(|term| self.is_event(term)),
        }
    }
}
