//! A probabilistic-programming language inside Rust for deep latent-variable models.
//!
//! A [`model!`](prelude::model) declares a generative model p(x, z) and its inference models q(z | x) as in the papers;
//! it is compiled to graphs of [variables](Var) with an [objective] and a gradient estimator for
//! every latent site, chosen by itself and [explained](explain).
//!
//! | to | look in |
//! | --- | --- |
//! | write a model | [`model!`](prelude::model), [`distribution`], [`nn`] |
//! | train and evaluate it | [`objective`], [`train`], [`Schedule`] |
//! | add a family | [`distribution::Distribution`], [`kernels`] |
//! | make a flow | [`bijector`] |
//! | add an estimator | [`estimator::Estimator`] |
//! | add an objective | [`objective::Objective`] |
//! | know what the generated code calls | [`program`], [`tape`] |

#![deny(unsafe_code)]

pub mod bijector;
pub mod distribution;
mod error;
pub mod estimator;
pub mod kernels;
mod language;
pub mod nn;
pub mod noise;
pub mod objective;
pub mod probe;
pub mod program;
pub mod support;
pub mod tensor;
pub mod train;

pub use dfdx;
pub use distribution::{Draw, Node, kl};
/// Reached without the prelude: one error that says to bring in elbow's names.
#[doc(hidden)]
pub use elbow_macros::model_without_names as model;
pub use error::Error;
pub use kernels::logarithms::{log, log1m, logit};
pub use objective::Schedule;
pub use objective::{Elbo, ImportanceWeighted, LogEvidence, Objective, Renyi, WakeSleep};
pub use probe::GradientProbe;
pub use program::{RunState, explain};
pub use tensor::{
    Batch, Device, Fault, IntoParam, Param, Rows, Value, Var, batch, minibatch, shape, tape, tensor,
};

/// What a program that declares and trains a model needs.
pub mod prelude {
    pub use crate::bijector::Transformed;
    pub use crate::distribution::{
        Bernoulli, Beta, Binomial, Categorical, Cauchy, Concrete, ContinuousBernoulli, Dirichlet,
        Distribution, Exponential, Factor, Gamma, Geometric, Gumbel, GumbelSoftmax, HalfNormal,
        HardConcrete, Kumaraswamy, Laplace, LogNormal, Logistic, LogisticNormal, LowRankNormal,
        Mixture, MultivariateNormal, NegativeBinomial, Normal, OneHotCategorical, Poisson,
        StudentT, Uniform, VonMises,
    };
    pub use crate::estimator::{
        DisArm, Enumerate, GumbelRao, Implicit, Pathwise, Profile, Rebar, ReinMax, Relaxed,
        RelaxedKl, Rloo, ScoreFunction, StraightThrough, StraightThroughGumbel, Vimco,
    };
    pub use crate::kernels::axes::stack;
    pub use crate::language::model;
    pub use crate::nn::{Linear, Parameter, Random, ReLU, Sigmoid, Softplus, Tanh, ToEvent};
    pub use crate::objective::{
        Elbo, Explain, ImportanceWeighted, LogEvidence, Objective, Renyi, WakeSleep,
    };
    pub use crate::program::{Generative, Inference, Model};
    pub use crate::{
        Batch, Device, GradientProbe, Schedule, Var, batch, log, log1m, logit, minibatch,
    };
    pub use dfdx::nn::builders::*;
    pub use dfdx::nn::{BuildModule, DeviceBuildExt, Module};
    pub use dfdx::optim::Optimizer;
    pub use dfdx::shapes::{Const, HasShape, Rank0, Rank1, Rank2, Rank3};
    pub use dfdx::tensor::{AsArray, Tensor};
}

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
