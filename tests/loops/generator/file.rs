//! A test file: both models of a plan, their data, and what is compared.

use super::words::{Family, Field, Plan, Scope, Site};
use super::written::{body, step_name};

/// The text of a file.
pub fn text(plan: &Plan) -> String {
    let number = plan.number;
    let kind = match plan.is_ragged {
        true => ", ragged",
        false => "",
    };
    let [looped, unrolled] = [true, false].map(|is_looped| model(plan, is_looped));
    format!(
        "//! Pair {number}{kind}. The generator writes this file.\n\n\
         use crate::compare::*;\nuse crate::many::*;\n\n\
         {looped}\n{unrolled}\n{}",
        test(plan)
    )
}

fn model(plan: &Plan, is_looped: bool) -> String {
    let (name, doc) = match is_looped {
        true => ("Looped", "With its loops."),
        false => ("Unrolled", "Step by step."),
    };
    let field = |(at, field): (usize, &Field)| match field {
        Field::Linear(from, to) => format!("        f{at}: Linear<{from}, {to}>,\n"),
        Field::Parameter(width) => format!("        f{at}: Parameter<Rank1<{width}>, Random>,\n"),
    };
    let fields: String = plan.fields.iter().enumerate().map(field).collect();
    let mut covariates = Vec::new();
    if is_looped && plan.is_ragged {
        covariates.push(format!("length: 0..={}", plan.steps));
    }
    for site in plan.sites.iter().filter(|site| site.family.is_none()) {
        match is_looped {
            true => covariates.push(format!("{}: [{}, {}]", site.name, plan.steps, site.width)),
            false => covariates.extend(
                (0..plan.steps).map(|step| format!("{}: [{}]", step_name(site, step), site.width)),
            ),
        }
    }
    let covariates = match covariates.is_empty() {
        true => String::new(),
        false => format!("({})", covariates.join(", ")),
    };
    let mut given: Vec<String> = given(plan)
        .flat_map(|site| names(plan, site, is_looped))
        .collect();
    if is_looped && plan.is_ragged {
        given.push("length".to_owned());
    }
    let generative = body(plan, &plan.model, is_looped, false);
    let inference = body(plan, &plan.guide, is_looped, true);
    format!(
        "model! {{\n    /// {doc}\n    pub struct {name} {{\n{fields}    }}\n    \
         generative p{covariates} {{\n{generative}    }}\n    \
         inference q({}) {{\n{inference}    }}\n}}\n",
        given.join(", ")
    )
}

fn given(plan: &Plan) -> impl Iterator<Item = &Site> {
    plan.sites.iter().filter(|site| !site.is_latent)
}

/// The names of a site in a model.
fn names(plan: &Plan, site: &Site, is_looped: bool) -> Vec<String> {
    match site.scope == Scope::Steps && !is_looped {
        true => (0..plan.steps).map(|step| step_name(site, step)).collect(),
        false => vec![site.name.clone()],
    }
}

/// The type of a batch of events.
fn batch_of(axes: &[usize]) -> String {
    let all: Vec<String> = axes.iter().map(|size| format!("Const<{size}>")).collect();
    match axes {
        [_] => format!("Batch<({},)>", all[0]),
        _ => format!("Batch<({})>", all.join(", ")),
    }
}

fn kind(site: &Site) -> &'static str {
    match site.family {
        Some(Family::Bernoulli) => "Bits",
        Some(Family::Poisson) => "Counts",
        Some(Family::Categorical) => "Classes",
        Some(Family::Gamma) => "Positive",
        _ => "Real",
    }
}

fn test(plan: &Plan) -> String {
    let steps = plan.steps;
    let mut lines = vec![format!(
        "let (looped, unrolled) = (Looped::new({0}), Unrolled::new({0}));",
        plan.number
    )];
    for (salt, site) in given(plan).enumerate() {
        let (name, width) = (&site.name, site.width);
        let elements = site.read_width() * if site.scope == Scope::Steps { steps } else { 1 };
        lines.push(format!(
            "let {name} = data(Kind::{}, {elements}, {salt});",
            kind(site)
        ));
        if site.scope == Scope::Steps {
            let all: Vec<String> = (0..steps).map(|step| format!("{name}_{step}")).collect();
            let own = match width {
                0 => batch_of(&[]),
                _ => batch_of(&[width]),
            };
            lines.push(format!(
                "let [{}]: [{own}; {steps}] = steps(&{name}, {});",
                all.join(", "),
                site.read_width()
            ));
        }
    }
    let to_batches = |lengths: &str| -> Vec<String> {
        let line = |site: &Site| {
            let (name, width) = (&site.name, site.width);
            let axes: Vec<usize> = match (site.scope, width) {
                (Scope::Steps, 0) => vec![steps],
                (Scope::Steps, _) => vec![steps, width],
                _ => vec![width],
            };
            let numbers = match (site.scope == Scope::Steps, lengths) {
                // A covariate must be finite: the loop is not all that may read it.
                (true, own) if !own.is_empty() && site.family.is_some() => format!(
                    "padded(&{name}, {steps}, {}, {own}, padding)",
                    site.read_width()
                ),
                _ => format!("{name}.clone()"),
            };
            format!(
                "let {name}: {} = batch({numbers}).expect(\"rows\");",
                batch_of(&axes)
            )
        };
        given(plan).map(line).collect()
    };
    let mut own: Vec<String> = given(plan).map(|site| format!("&{}", site.name)).collect();
    let mut covariates: Vec<String> = Vec::new();
    if plan.is_ragged {
        own.push("&length".to_owned());
        covariates.push("&length".to_owned());
    }
    let of_covariates = |is_looped: bool| -> Vec<String> {
        let own = plan.sites.iter().filter(|site| site.family.is_none());
        own.flat_map(|site| arguments(plan, site, is_looped))
            .collect()
    };
    covariates.extend(of_covariates(true));
    let other: Vec<String> = given(plan)
        .flat_map(|site| arguments(plan, site, false))
        .collect();
    let (own, other) = (own.join(", "), other.join(", "));
    let field = |(at, field): (usize, &Field)| match field {
        Field::Linear(..) => format!("f{at}.weight, f{at}.bias"),
        Field::Parameter(_) => format!("f{at}.value"),
    };
    let all: Vec<String> = plan.fields.iter().enumerate().map(field).collect();
    let all: Vec<String> = all.chunks(6).map(|some| some.join(", ")).collect();
    let by = |model: &str| format!("all_by!({model}: {})", all.join(",\n        "));
    lines.push(format!("let own_by = {};", by("looped")));
    lines.push(format!("let other_by = {};", by("unrolled")));
    if plan.is_ragged {
        lines.push("let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {".to_owned());
        lines.extend(
            to_batches("lengths")
                .into_iter()
                .map(|line| format!("    {line}")),
        );
        lines.push("    let length = counts(lengths);".to_owned());
        lines.push(format!("    looped.q({own}).at(key)"));
        lines.push("};".to_owned());
        lines.push(format!("let length = counts(&[{steps}; ROWS]);"));
    }
    lines.extend(to_batches(""));
    lines.push(format!("let own = |key: Key| looped.q({own}).at(key);"));
    lines.push(format!(
        "let other = |key: Key| unrolled.q({other}).at(key);"
    ));
    lines.push("agree(&own, &own_by, &other, &other_by);".to_owned());
    lines.push("let own_probe = probed(|of| of.measure(&looped, &own(KEY)));".to_owned());
    lines.push("let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));".to_owned());
    lines.push("same_rest(&own_probe, &other_probe);".to_owned());
    lines.push(
        "let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));"
            .to_owned(),
    );
    lines.push(
        "let (drawn, expected) = (drawn.expect(\"draws\"), expected.expect(\"draws\"));".to_owned(),
    );
    let compared = |plan: &Plan, site: &Site| -> String {
        let name = &site.name;
        let others: Vec<String> = names(plan, site, false)
            .iter()
            .map(|own| format!("expected.{own}.as_vec()"))
            .collect();
        format!(
            "same_steps(\"{name}\", &drawn.{name}.as_vec(), &[{}], {});",
            others.join(", "),
            site.read_width()
        )
    };
    for site in plan.sites.iter().filter(|site| site.is_latent) {
        lines.push(compared(plan, site));
        if matches!(site.family, Some(Family::Bernoulli | Family::OneHot)) {
            let upper = site.name.to_uppercase();
            let others = names(plan, site, false).into_iter();
            let others =
                others.map(|own| format!("other(KEY).marginal(UnrolledQ::{})", own.to_uppercase()));
            lines.push(format!(
                "same_marginals(\"{}\", own(KEY).marginal(LoopedQ::{upper}), [{}], {});",
                site.name,
                others.collect::<Vec<_>>().join(", "),
                site.width
            ));
        }
    }
    lines.push(format!(
        "let (own_p, other_p) = (looped.p({}), unrolled.p({}));",
        covariates.join(", "),
        of_covariates(false).join(", ")
    ));
    lines.push("let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));".to_owned());
    lines.push(
        "let (drawn, expected) = (drawn.expect(\"draws\"), expected.expect(\"draws\"));".to_owned(),
    );
    for site in plan.sites.iter().filter(|site| site.family.is_some()) {
        lines.push(compared(plan, site));
    }
    lines.push("same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));".to_owned());
    if plan.is_ragged {
        lines.push(format!("rows_alone::<{steps}, _>(&ragged);"));
        let compares = |site: &Site| matches!(site.via, Some("ScoreFunction" | "Rloo" | "DisArm"));
        if !plan.sites.iter().any(compares) {
            lines.push(format!("sums_over_rows::<{steps}, _>(&ragged, &own_by);"));
        }
        let latents = plan.sites.iter().filter(|site| site.is_latent);
        let latents: Vec<String> = latents
            .map(|site| format!("drawn.{}.as_vec()", site.name))
            .collect();
        lines.push(format!(
            "padding_is_not_read::<{steps}, _>(&ragged, &own_by, |drawn| [{}].concat());",
            latents.join(", ")
        ));
    }
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("#[test]\nfn a_loop_is_its_steps() {{\n{lines}}}\n")
}

/// A site's data as an argument.
fn arguments(plan: &Plan, site: &Site, is_looped: bool) -> Vec<String> {
    match site.scope == Scope::Steps && !is_looped {
        true => (0..plan.steps)
            .map(|step| format!("&{}_{step}", site.name))
            .collect(),
        false => vec![format!("&{}", site.name)],
    }
}
