//! A diagnosis in words.

use std::fmt;

use super::{Diagnosis, Told};

/// A site whose divergence is less has collapsed.
const COLLAPSED: f64 = 0.1;
/// A unit with less is dead, and one whose mean varies more is active.
const LITTLE: f64 = 0.01;
/// The evidence of rows beyond this `k̂` is not to be trusted.
const HEAVY: f64 = 0.7;

impl Told {
    /// `true` if the guide hardly differs from the prior: draws of the site say next to nothing about a row.
    pub fn has_collapsed(&self) -> bool {
        self.divergence < COLLAPSED
    }

    /// The units that say less than 0.01 nats of a row.
    pub fn dead(&self) -> usize {
        let units = self.by_unit.iter();
        units.filter(|&&own| own < LITTLE).count()
    }

    /// The elements whose mean varies from row to row, by more than 0.01 in variance.
    pub fn active(&self) -> Option<usize> {
        let activity = self.activity.as_ref()?;
        Some(activity.iter().filter(|&&own| own > LITTLE).count())
    }
}

impl Diagnosis {
    /// The share of rows whose `k̂` is above 0.7.
    pub fn untrustworthy(&self) -> f64 {
        let beyond = self.k_hats.iter().filter(|&&k| k > HEAVY).count();
        beyond as f64 / self.k_hats.len().max(1) as f64
    }

    /// A sentence for each thing that is wrong, with what to do about it. Empty if nothing is.
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for site in &self.sites {
            let Told {
                site: name,
                divergence,
                by_unit,
                ..
            } = site;
            if site.has_collapsed() {
                found.push(format!(
                    "`{name}` has collapsed: its guide is {divergence:.2} nats from the prior, so it says next to nothing about a row; \
                     train with `.free_bits(\"{name}\", 3.0)`, or with a `kl_weight` that grows from 0"
                ));
            } else if site.dead() > 0 && by_unit.len() > 1 {
                let (dead, all) = (site.dead(), by_unit.len());
                found.push(format!(
                    "{dead} of {all} units of `{name}` are dead: each says less than {LITTLE} nats about a row"
                ));
            }
        }
        let beyond = self.untrustworthy();
        if beyond > 0.0 {
            let worst = self.k_hats.iter().copied().fold(f64::MIN, f64::max);
            found.push(format!(
                "the importance weights of {:.1}% of the rows have a k̂ above {HEAVY} (up to {worst:.2}): their evidence is not to be trusted, \
                 and the guide is far from the posterior there",
                100.0 * beyond
            ));
        }
        found
    }
}

/// A table with a line for each latent site, then the gap, and what is wrong.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} {:>10} {:>12} {:>12} {:>12} {:>10}",
            "latent", "KL", "dead units", "active", "information", "codes"
        )?;
        let number =
            |own: Option<f64>| own.map_or_else(|| "–".to_owned(), |own| format!("{own:.2}"));
        for site in &self.sites {
            let dead = format!("{} of {}", site.dead(), site.by_unit.len());
            let all = site.activity.as_ref().map_or(0, Vec::len);
            let active = site.active();
            let active = active.map_or_else(|| "–".to_owned(), |own| format!("{own} of {all}"));
            let (information, codes) = (number(site.information), number(site.codes));
            let (name, divergence) = (site.site, site.divergence);
            writeln!(
                f,
                "{name:<12} {divergence:>10.2} {dead:>12} {active:>12} {information:>12} {codes:>10}"
            )?;
        }
        let (bound, evidence) = (self.bound.elbo, self.evidence.log_evidence);
        let gap = evidence - bound;
        writeln!(
            f,
            "ELBO {bound:.2}, evidence by {} samples {evidence:.2}: the guide lacks {gap:.2} nats",
            self.evidence.samples
        )?;
        let mut sorted = self.k_hats.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        if let Some(median) = sorted.get(sorted.len() / 2) {
            let beyond = 100.0 * self.untrustworthy();
            write!(
                f,
                "k̂ {median:.2} in the median, above {HEAVY} in {beyond:.1}% of {} rows",
                sorted.len()
            )?;
        }
        self.warnings()
            .iter()
            .try_for_each(|warning| write!(f, "\n{warning}"))
    }
}
