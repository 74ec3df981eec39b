//! A plan in the notation of the papers: the docs of the generated types, and the snapshots of the tests.

use std::fmt::{self, Display, Formatter};

use quote::ToTokens;
use syn::{Expr, Ident};

use super::{ClosedForm, Inference, Kind, Role, Section, Step};
use crate::ast::{Dims, Site};

impl<R> Display for Section<'_, R> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let sites: Vec<String> = self.steps.iter().filter_map(show_site).collect();
        f.write_str(&sites.join("      "))
    }
}

impl Display for Inference<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let given = |(site, role): (&Site, &Role)| match role {
            Role::Observed => Some(site.name.to_string()),
            Role::Latent(_) => None,
        };
        let observed: Vec<String> = self.model.sites().filter_map(given).collect();
        let guide = self.guide.to_string();
        let gap = if guide.is_empty() || observed.is_empty() {
            ""
        } else {
            "      "
        };
        let observed = if observed.is_empty() {
            String::new()
        } else {
            format!("observed: {}", observed.join(", "))
        };
        writeln!(f, "{}   {}", self.model.program.name, self.model)?;
        write!(f, "{}   {guide}{gap}{observed}", self.program.name)?;
        for (site, role) in self.model.sites() {
            if let Role::Latent(latent) = role {
                let influences: Vec<String> =
                    latent.influences.iter().map(ToString::to_string).collect();
                let (validity, reason) = match &latent.closed_form {
                    ClosedForm::Valid(_) => ("valid", String::new()),
                    ClosedForm::Invalid(reason) => ("invalid", format!(": {reason}")),
                };
                write!(
                    f,
                    "\nplan  {}: {} gradient, influences {{{}}}, closed-form KL {validity}{reason}",
                    site.name,
                    gradient(latent.posterior),
                    influences.join(", ")
                )?;
            }
        }
        Ok(())
    }
}

/// `z ~ Normal[2] | x`
fn show_site<R>(step: &Step<R>) -> Option<String> {
    let Kind::Site(site, _) = &step.kind else {
        return None;
    };
    let parents: Vec<String> = step.parents.iter().map(Ident::to_string).collect();
    let given = if parents.is_empty() {
        String::new()
    } else {
        format!(" | {}", parents.join(", "))
    };
    let family = head(&site.distribution);
    let dims = site.whole().map(show_dims).unwrap_or_default();
    let global = if site.global.is_some() { "global " } else { "" };
    Some(format!("{global}{} ~ {family}{dims}{given}", site.name))
}

/// How a latent is differentiated, as far as the model says.
fn gradient(posterior: &Site) -> String {
    let via = posterior.via.as_ref();
    via.map_or("automatic".to_owned(), |via| head(&via.estimator))
}

/// The head of a distribution or an estimator as it is written: the type of `Type::constructor(…)` or `Type { … }`, the
/// function of `function(…)`.
fn head(expression: &Expr) -> String {
    let (path, from_end) = match expression {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => (&path.path, 2),
            _ => return "…".to_owned(),
        },
        Expr::Path(path) => (&path.path, 1),
        Expr::Struct(literal) => (&literal.path, 1),
        _ => return "…".to_owned(),
    };
    let segments = &path.segments;
    segments[segments.len().saturating_sub(from_end)]
        .ident
        .to_string()
}

fn show_dims(dims: &Dims) -> String {
    let axes: Vec<String> = dims
        .axes
        .iter()
        .map(|axis| axis.to_token_stream().to_string())
        .collect();
    format!("[{}]", axes.join(", "))
}
