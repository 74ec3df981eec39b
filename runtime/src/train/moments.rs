//! The moments that Adam keeps for every parameter.

use std::collections::BTreeMap;
use std::fmt;

use crate::tensor::names::UniqueId;

use crate::tensor::parameters::Walked;

/// The running means of one parameter's gradient and of its square. Empty before its first step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) first: Vec<f32>,
    pub(super) second: Vec<f32>,
}

/// The moments of all parameters. They belong to names, which outlast a process, but are found by the order of the walk
/// through a model, since making the names takes longer than the step of a small layer.
#[derive(Clone, Default)]
pub(super) struct AllMoments {
    names: BTreeMap<String, usize>,
    all: Vec<Moments>,
    /// The parameters of the last model, and the places of their moments.
    walked: Vec<UniqueId>,
    places: Vec<usize>,
}

impl AllMoments {
    /// Gets ready for a walk over a model of these parameters.
    pub(super) fn arrange(&mut self, model: &dyn Walked, parameters: &[UniqueId]) {
        if self.walked == parameters {
            return;
        }
        let Self { names, all, .. } = self;
        let place = |name| {
            *names.entry(name).or_insert_with(|| {
                all.push(Moments::default());
                all.len() - 1
            })
        };
        self.places = list(model).names.into_iter().map(place).collect();
        self.walked = parameters.to_vec();
    }

    /// The moments of the parameter with this number in the walk.
    pub(super) fn of(&mut self, number: usize) -> &mut Moments {
        &mut self.all[self.places[number]]
    }

    /// The moments with their names, in order, of the parameters that have taken a step.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &Moments)> {
        let all = self.names.iter();
        let all = all.map(|(name, &place)| (name.as_str(), &self.all[place]));
        all.filter(|(_, moments)| !moments.first.is_empty())
    }
}

impl fmt::Debug for AllMoments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named()).finish()
    }
}

impl FromIterator<(String, Moments)> for AllMoments {
    fn from_iter<I: IntoIterator<Item = (String, Moments)>>(named: I) -> Self {
        let (names, all): (Vec<_>, _) = named.into_iter().unzip();
        Self {
            names: names.into_iter().zip(0..).collect(),
            all,
            ..Self::default()
        }
    }
}

/// The tensors of a model that an optimiser changes, in the order of a walk.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) parameters: Vec<UniqueId>,
    pub(super) names: Vec<String>,
}

pub(super) fn list(model: &dyn Walked) -> Listed {
    let mut listed = Listed::default();
    model.each_named(&mut |name, parameter| {
        if parameter.is_learned {
            listed.parameters.push(parameter.identity());
            listed.names.push(name);
        }
    });
    listed
}
