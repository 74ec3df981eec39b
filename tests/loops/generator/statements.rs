//! A random model: what each of its sites reads.

use super::random::Random;
use super::sites;
use super::words::{Expr, Family, Field, Plan, Right, Scope, Site, Statement};

/// What may be read at some place of a body, with its width.
type Readable = Vec<(Expr, usize)>;

/// A random model.
pub fn plan(random: &mut Random, number: usize) -> Plan {
    let mut plan = Plan {
        number,
        steps: 2 + random.below(2),
        is_ragged: number % 2 == 1,
        fields: Vec::new(),
        sites: Vec::new(),
        model: Vec::new(),
        guide: Vec::new(),
    };
    sites::add(&mut plan, random);
    let mut writer = Writer { plan, random };
    writer.model();
    writer.guide();
    writer.plan
}

struct Writer<'r> {
    plan: Plan,
    random: &'r mut Random,
}

impl Writer<'_> {
    fn of(&self, wanted: impl Fn(&Site) -> bool) -> Vec<usize> {
        let sites = self.plan.sites.iter().enumerate();
        let wanted = sites.filter(|(_, site)| wanted(site));
        wanted.map(|(at, _)| at).collect()
    }

    fn readable(&self, sites: &[usize]) -> Readable {
        let read = |&at: &usize| (Expr::Site(at), self.plan.sites[at].read_width());
        sites.iter().map(read).collect()
    }

    /// A new field, or often one of its kind that there is.
    fn field(&mut self, field: Field) -> usize {
        let known = self.plan.fields.iter().position(|own| *own == field);
        if let Some(known) = known.filter(|_| self.random.percent(70)) {
            return known;
        }
        self.plan.fields.push(field);
        self.plan.fields.len() - 1
    }

    fn net(&mut self, from: usize, to: usize, of: Expr) -> Expr {
        Expr::Net(self.field(Field::Linear(from, to)), Box::new(of))
    }

    fn parameter(&mut self, width: usize) -> Expr {
        Expr::Parameter(self.field(Field::Parameter(width)))
    }

    /// An expression of this width that reads all of `must`, and some of `may`.
    fn expression(&mut self, width: usize, must: &Readable, may: &Readable) -> Expr {
        let mut read = must.clone();
        for own in may {
            if self.random.percent(60) {
                read.push(own.clone());
            }
        }
        let mut terms = Vec::new();
        while let Some((own, from)) = read.pop() {
            let term = match (&own, read.last()) {
                (&Expr::Site(a), Some(&(Expr::Site(b), other)))
                    if self.is_of_rows(a) && self.is_of_rows(b) && self.random.percent(40) =>
                {
                    read.pop();
                    self.net(from + other, width, Expr::Concat(a, b))
                }
                _ if from == width && self.random.percent(30) => own,
                _ => self.net(from, width, own),
            };
            terms.push(term);
        }
        if terms.is_empty() || self.random.percent(25) {
            terms.push(self.parameter(width));
        }
        let sum = Expr::Sum(terms);
        match self.random.percent(40) {
            true => Expr::Tanh(Box::new(sum)),
            false => sum,
        }
    }

    fn is_of_rows(&self, site: usize) -> bool {
        self.plan.sites[site].scope != Scope::Global
    }

    fn sample(&mut self, site: usize, must: &Readable, may: &Readable) -> Statement {
        let own = &self.plan.sites[site];
        let family = own.family.expect("a site");
        let width = match family {
            Family::Categorical => 3,
            _ => own.width,
        };
        let first = self.expression(width, must, may);
        let second = (family == Family::Normal && self.random.percent(30))
            .then(|| self.expression(width, &Vec::new(), may));
        Statement::Sample(
            site,
            Right {
                family,
                first,
                second,
            },
        )
    }

    /// A loop that draws these sites and reads what was there before. `is_model` says that the last of them must read the others.
    fn looped(
        &mut self,
        sites: &[usize],
        before: &Readable,
        names: [&str; 2],
        is_model: bool,
        body: &mut Vec<Statement>,
    ) {
        let mut carried = Vec::new();
        for name in names.iter().take(self.random.below(3)) {
            let width = 1 + self.random.below(2);
            let start = match self.random.percent(50) {
                true => self.parameter(width),
                false => {
                    let outer = self.of_rows(before);
                    self.expression(width, &Vec::new(), &outer)
                }
            };
            body.push(Statement::LetMut((*name).to_owned(), start));
            carried.push(((*name).to_owned(), width));
        }
        let locals = carried
            .iter()
            .map(|(name, width)| (Expr::Local(name.clone()), *width));
        let mut readable: Readable = before.iter().cloned().chain(locals).collect();
        let mut own = Vec::new();
        let mut drawn = Readable::new();
        for (at, &site) in sites.iter().enumerate() {
            if self.random.percent(25) {
                let name = format!("{}_of_{at}", names[0]);
                let value = self.expression(2, &Vec::new(), &readable);
                own.push(Statement::Let(name.clone(), value));
                readable.push((Expr::Local(name), 2));
            }
            let must = match is_model && !self.plan.sites[site].is_latent {
                true => self.explained(&drawn, before),
                false => Readable::new(),
            };
            let may: Readable = match must.is_empty() {
                true => readable.clone(),
                false => readable
                    .iter()
                    .filter(|(own, _)| !matches!(own, Expr::Site(_)))
                    .cloned()
                    .collect(),
            };
            own.push(self.sample(site, &must, &may));
            let now = self.readable(&[site]);
            readable.extend(now.clone());
            drawn.extend(now);
        }
        for (name, width) in &carried {
            let value = self.expression(*width, &drawn, &readable_but_sites(&readable, &drawn));
            own.push(Statement::Assign(name.clone(), value));
        }
        let is_reversed = self.random.percent(if is_model { 15 } else { 50 });
        body.push(Statement::Loop(is_reversed, own));
    }

    /// Latents that an observation of a loop explains: those of its own step, and those without steps.
    fn explained(&self, drawn: &Readable, before: &Readable) -> Readable {
        let is_latent =
            |own: &&(Expr, usize)| matches!(own.0, Expr::Site(at) if self.plan.sites[at].is_latent);
        let mut all: Readable = drawn.iter().filter(is_latent).cloned().collect();
        for own in before.iter().filter(is_latent) {
            all.push(own.clone());
        }
        all
    }

    /// What may be read outside a loop.
    fn of_rows(&self, before: &Readable) -> Readable {
        let is_outer = |own: &&(Expr, usize)| match own.0 {
            Expr::Site(at) => self.plan.sites[at].scope != Scope::Steps,
            Expr::Whole(_) => true,
            _ => false,
        };
        before.iter().filter(is_outer).cloned().collect()
    }

    /// `let h = f(u);` of all steps of a site or covariate.
    fn steps_of(&mut self, site: usize, name: &str, body: &mut Vec<Statement>) -> (Expr, usize) {
        let width = 1 + self.random.below(2);
        let from = self.plan.sites[site].width;
        let field = self.field(Field::Linear(from, width));
        body.push(Statement::LetSteps(name.to_owned(), field, site));
        (Expr::Step(name.to_owned()), width)
    }

    fn model(&mut self) {
        let mut body = Vec::new();
        let mut before = Readable::new();
        for site in self.of(|site| site.scope == Scope::Global) {
            body.push(self.sample(site, &Vec::new(), &Vec::new()));
            before.extend(self.readable(&[site]));
        }
        for site in self.of(|site| site.scope == Scope::Row && site.is_latent) {
            body.push(self.sample(site, &Vec::new(), &before));
            before.extend(self.readable(&[site]));
        }
        let covariates = self.of(|site| site.family.is_none());
        for site in covariates {
            before.extend(self.readable(&[site]));
            if self.random.percent(50) {
                let steps = self.steps_of(site, "uh", &mut body);
                before.push(steps);
            }
        }
        let latents = self.of(|site| site.scope == Scope::Steps && site.is_latent);
        let seen =
            self.of(|site| site.scope == Scope::Steps && !site.is_latent && site.family.is_some());
        if self.random.percent(35) {
            // The observations have a loop of their own.
            self.looped(&latents, &before, ["a", "b"], true, &mut body);
            before.extend(self.readable(&latents));
            self.looped(&seen, &before, ["c", "d"], true, &mut body);
        } else {
            let all = [latents.clone(), seen].concat();
            self.looped(&all, &before, ["a", "b"], true, &mut body);
        }
        for site in self.of(|site| site.scope == Scope::Row && !site.is_latent) {
            let mut whole: Readable = latents
                .iter()
                .map(|&at| (Expr::Whole(at), self.plan.sites[at].read_width()))
                .collect();
            whole.truncate(1 + self.random.below(2));
            let outer = self.of_rows(&before);
            body.push(self.sample(site, &whole, &outer));
        }
        self.plan.model = body;
    }

    fn guide(&mut self) {
        let mut body = Vec::new();
        let mut before = Readable::new();
        for site in self.of(|site| site.scope == Scope::Global) {
            body.push(self.sample(site, &Vec::new(), &Vec::new()));
            before.extend(self.readable(&[site]));
        }
        let given = self.of(|site| !site.is_latent);
        before.extend(self.readable(&given));
        let stepped =
            self.of(|site| !site.is_latent && site.scope == Scope::Steps && site.width > 0);
        for &site in &stepped {
            if self.random.percent(40) {
                let name = format!("h{}", self.plan.sites[site].name);
                let steps = self.steps_of(site, &name, &mut body);
                before.push(steps);
            }
            if self.random.percent(50) {
                before.push((Expr::Whole(site), self.plan.sites[site].read_width()));
            }
        }
        let outer = self.of(|site| site.scope == Scope::Row && site.is_latent);
        let is_first = self.random.percent(50);
        if is_first {
            self.rows(&outer, &mut before, &mut body);
        }
        let mut latents = self.of(|site| site.scope == Scope::Steps && site.is_latent);
        if latents.len() == 2 && self.random.percent(40) {
            latents.reverse();
        }
        if latents.len() == 2 && self.random.percent(50) {
            self.looped(&latents[..1], &before, ["a", "b"], false, &mut body);
            before.extend(self.readable(&latents[..1]));
            self.looped(&latents[1..], &before, ["c", "d"], false, &mut body);
        } else {
            self.looped(&latents, &before, ["a", "b"], false, &mut body);
        }
        if !is_first {
            let whole = latents
                .iter()
                .map(|&at| (Expr::Whole(at), self.plan.sites[at].read_width()));
            before.extend(whole.collect::<Vec<_>>());
            self.rows(&outer, &mut before, &mut body);
        }
        self.plan.guide = body;
    }

    fn rows(&mut self, sites: &[usize], before: &mut Readable, body: &mut Vec<Statement>) {
        for &site in sites {
            let outer = self.of_rows(before);
            body.push(self.sample(site, &Vec::new(), &outer));
            before.extend(self.readable(&[site]));
        }
    }
}

/// What may be read beside what must be.
fn readable_but_sites(readable: &Readable, drawn: &Readable) -> Readable {
    let is_drawn = |own: &(Expr, usize)| {
        drawn
            .iter()
            .any(|(drawn, _)| matches!((drawn, &own.0), (Expr::Site(a), Expr::Site(b)) if a == b))
    };
    readable
        .iter()
        .filter(|own| !is_drawn(own))
        .cloned()
        .collect()
}
