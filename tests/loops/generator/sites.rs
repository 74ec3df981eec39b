//! Which sites a random model has.

use super::random::Random;
use super::words::{Family, Plan, Scope, Site};

/// Sites, latents before what they explain.
pub fn add(plan: &mut Plan, random: &mut Random) {
    let mut site = |name: &str, family, scope, is_latent, via, width| {
        let width = match family {
            Some(Family::OneHot) => 3,
            Some(Family::Categorical) => 0,
            _ => width,
        };
        plan.sites.push(Site {
            name: name.to_owned(),
            family,
            width,
            scope,
            is_latent,
            via,
        });
    };
    let (global, row, two, after, covariate) = (
        random.percent(25),
        random.percent(40),
        random.percent(40),
        random.percent(40),
        random.percent(50),
    );
    let width = |random: &mut Random| 1 + random.below(2);
    if global {
        site(
            "w",
            Some(Family::Normal),
            Scope::Global,
            true,
            None,
            width(random),
        );
    }
    if row {
        let family = random.one_of(&[Family::Normal, Family::Bernoulli]);
        site("s", Some(family), Scope::Row, true, None, width(random));
    }
    for name in ["z", "y"].iter().take(1 + usize::from(two)) {
        let family = random.one_of(&[
            Family::Normal,
            Family::Bernoulli,
            Family::Bernoulli,
            Family::Gamma,
            Family::OneHot,
        ]);
        let via = via(family, random);
        site(name, Some(family), Scope::Steps, true, via, width(random));
    }
    let seen = [
        Family::Normal,
        Family::Bernoulli,
        Family::Poisson,
        Family::Categorical,
        Family::Gamma,
    ];
    let family = random.one_of(&seen);
    site("x", Some(family), Scope::Steps, false, None, width(random));
    if after {
        let family = random.one_of(&[Family::Normal, Family::Bernoulli]);
        site("r", Some(family), Scope::Row, false, None, width(random));
    }
    if covariate {
        site("u", None, Scope::Steps, false, None, width(random));
    }
}

/// An estimator that a family may have, or the automatic one.
fn via(family: Family, random: &mut Random) -> Option<&'static str> {
    let several: &[Option<&str>] = match family {
        Family::Bernoulli => &[
            None,
            None,
            Some("Rloo"),
            Some("ScoreFunction"),
            Some("ReinMax"),
            Some("Relaxed"),
            Some("Enumerate"),
            Some("DisArm"),
            Some("StraightThrough"),
        ],
        Family::OneHot => &[
            None,
            None,
            Some("Rloo"),
            Some("ScoreFunction"),
            Some("ReinMax"),
            Some("Relaxed"),
            Some("Enumerate"),
        ],
        _ => &[None, None, None, Some("Rloo"), Some("ScoreFunction")],
    };
    random.one_of(several)
}
