//! A probabilistic-programming language inside Rust for deep latent-variable models.
//!
//! A [`model!`] declares a generative model p(x, z) and its inference models q(z | x) as in the papers;
//! it is compiled to dfdx graphs with an [objective] and a gradient estimator for
//! every latent site, chosen by itself and [explained](explain).
//!
//! | to | look in |
//! | --- | --- |
//! | write a model | [`model!`], [`distribution`], [`nn`] |
//! | train and evaluate it | [`objective`], [`train`], [`Schedule`] |
//! | add a family | [`distribution::Distribution`], [`kernels`] |
//! | make a flow | [`distribution::Transformed`], [`bijector`] |
//! | add an estimator | [`estimator::Estimator`] |
//! | add an objective | [`objective::Objective`] |
//! | know what the generated code calls | [`program`], [`tape`] |

#![deny(unsafe_code)]

pub mod bijector;
mod coordinates;
pub mod distribution;
mod draw;
mod error;
pub mod estimator;
pub mod explain;
pub mod kernels;
pub mod kl;
mod log_sum;
#[expect(
    unsafe_code,
    reason = "dfdx writes zeros to memory that is written anyway"
)]
mod memory;
pub mod nn;
pub mod noise;
pub mod objective;
mod param;
pub mod probe;
pub mod program;
mod run_state;
mod schedule;
pub mod shape;
pub mod support;
pub mod tape;
pub mod train;
mod var;

pub use coordinates::{log, log1m, logit};
pub use dfdx;
pub use draw::{Draw, Node};
/// # The language
///
/// A block declares a struct of networks, one generative model, and its inference models.
///
/// ```
/// use elbow::prelude::*;
///
/// /// Any expression that is a distribution may stand on the right of `~`.
/// fn standard<E: elbow::shape::Event>() -> Normal<E> {
///     Normal::new(0.0, 1.0)
/// }
///
/// model! {
///     /// Digits with a class and a style.
///     pub struct Digits<const PIXELS: usize> {
///         class: (Linear<PIXELS, 32>, Tanh, Linear<32, 10>),
///         style: (Linear<PIXELS, 32>, Tanh, SplitInto<(Linear<32, 4>, Linear<32, 4>)>),
///         from_class: Linear<10, 32>,
///         from_style: Linear<4, 32>,
///         decoder: (Tanh, Linear<32, PIXELS>),
///         frequency: Parameter<Rank1<10>>,
///     }
///
///     generative p {
///         sample y: [10] ~ OneHotCategorical::logits(frequency);
///         sample z: [4] ~ standard();
///         let hidden = from_class(y) + from_style(z);
///         sample x: [PIXELS] ~ Bernoulli::logits(decoder(hidden));
///     }
///
///     inference q(x) {
///         sample y ~ OneHotCategorical::logits(class(x));
///         let (loc, log_scale) = style(x);
///         sample z ~ Normal::new(loc, log_scale.exp());
///     }
///
///     inference q_labelled(x, y) {
///         let (loc, log_scale) = style(x);
///         sample z ~ Normal::new(loc, log_scale.exp());
///     }
/// }
///
/// let digits = Digits::<64>::new(0);
/// let x: Batch<(Const<64>,)> = batch(vec![1.0; 64 * 2])?;
/// let y: Batch<(Const<10>,)> = batch([[1.0; 1].as_slice(), &[0.0; 9]].concat().repeat(2))?;
/// let unlabelled = Elbo::default().loss(&digits.q(&x))?;            // y is summed out exactly
/// let labelled = Elbo::default().loss(&digits.q_labelled(&x, &y))?;
/// # let _ = (unlabelled, labelled);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// **Fields** are dfdx module specifications, or `Parameter<Rank1<N>>` for a bare learned tensor, which is zero at first,
/// `Parameter<Rank1<N>, Random>` random. A tuple holds up to sixteen layers. A module is called
/// by its name, `decoder(z)`; a parameter is read by it. The struct may have const parameters, is a dfdx
/// `TensorCollection` (dfdx's optimisers and files work on it), and gets `new(seed)` and `on(&device, seed)`. To dfdx the parameters
/// of a clone are those of its original: a gradient by the one is also by the other, so that two that are to be told apart in one
/// loss are two models, of which one [loads](train::checkpoint) what the other saved.
///
/// **`generative p { … }`**: every site is `sample NAME: [axes] ~ DISTRIBUTION;`, with up to three axes of constant size, or
/// none for a scalar. `generative p(u: [4]) { … }` declares covariates: given always, never scored.
///
/// **`global sample NAME: [axes] ~ DISTRIBUTION;`** in the generative model is one draw for the whole data set, in every
/// particle: the weights of a Bayesian regression, say. Its prior reads no rows, nor does its posterior, which an inference
/// model writes as `sample NAME ~ …;` with learned parameters; statements about rows read it like any other site. Its
/// estimator is one of a single row without costs: pathwise, or for bits and one-hot vectors ReinMax, relaxed or
/// straight-through; its states are not listed. Its divergence counts once: in nats per row every row bears `1/N` of it, where `N` is
/// [`data_size`](objective::Objective::data_size), which a training objective must say. Typed draws hold it as one row; the rows of
/// a [`log_joint`](program::Generative::log_joint) bear equal parts of its log-density.
///
/// **`inference q(x, …) { … }`**: its arguments are what is *observed*, sites and all covariates; every other site of
/// the generative model is sampled in it, without axes. `via ESTIMATOR` at the end of a statement names a gradient estimator in place
/// of the automatic choice. A model may have several inference models.
///
/// **`let PAT = EXPR;`** is ordinary Rust. A variable may be read any number of times: a tensor, or a tuple, an array, a vector or an
/// option of tensors. It has one row for each row of
/// the data, and more after a draw that multiplies rows: elbow repeats it where it is read. So may the variables of a block,
/// `let h = { let a = from(z); a.exp() * a };`, but for those that are `mut` or hold a closure, and the arguments of closures: there
/// Rust's own rules hold, and what is read twice is cloned, `a.clone()`. A body is no function: it neither branches on a draw nor
/// returns, by `return` or `?`. What is read by its name inside a
/// function of your own, or of a variable that is not the model's, is left to dfdx, which panics in the backward pass where one tensor is both
/// operands of an operation: `h.square()` instead of `h.clone() * h`.
///
/// **Rows stand alone.** A statement says what each row is, from that row. How many rows a body sees is the pass's affair: evaluations
/// take a large data set in pieces, and draws multiply rows. A mean or a sum over rows, or their number, therefore has no meaning in
/// a model: pass it as a covariate.
///
/// **Expressions** are those of dfdx's tensors. What a network with two ends returns is a pair. `+`, `-`, `*` and `/` take two tensors
/// of one shape; a number, written with its point, on either side of a tensor; and a learned tensor beside rows, `h + bias`, for each
/// of which it stands. Of the arguments of a closure the macro knows nothing: there a number stands on the right, `u * 2.0`, and a
/// learned tensor is spread first, `u + bias.broadcast_like(&h)`, as other functions want it. A positive scale is `log_scale.exp()` or the end
/// of a network in `Softplus`; the logarithm of a draw `t` is [`log(t)`](log), that
/// of 1 − t [`log1m(t)`](log1m), which lose nothing where `t` is near 0 or 1; a draw of a bit chooses by arithmetic, not by `if`:
///
/// ```
/// use elbow::prelude::*;
/// use elbow::dfdx::shapes::Axis;
///
/// model! {
///     /// Normals of two widths.
///     pub struct Widths {
///         guide: (Linear<4, 8>, Tanh, SplitInto<(Linear<8, 4>, (Linear<8, 4>, Softplus))>),
///         bit: Linear<4, 1>,
///         decoder: Linear<4, 4>,
///         bias: Parameter<Rank1<4>>,
///     }
///     generative p {
///         sample wide ~ Bernoulli::probs(0.5);
///         sample z: [4] ~ Normal::new(0.0, 1.0);
///         let h = decoder(z);
///         let loc = h + bias;
///         let scale = 2.0 * wide + 0.5 * (1.0 - wide);       // 2 or ½
///         sample x: [4] ~ Normal::new(loc, scale.broadcast_like(&h));
///     }
///     inference q(x) {
///         let sum = bit(x.square()).sum::<(usize,), Axis<1>>();
///         sample wide ~ Bernoulli::logits(sum);
///         let (loc, scale) = guide(x);
///         sample z ~ Normal::new(loc, scale);
///     }
/// }
///
/// let x: Batch<(Const<4>,)> = batch(vec![0.5; 12])?;
/// assert!(Elbo::default().loss(&Widths::new(0).q(&x))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// **Types.** `model.p(…)` and `model.q(…)` are programs (`DigitsP`, `DigitsQ`): the [`Generative`](program::Generative) one draws and scores,
/// the [`Inference`](program::Inference) ones are what objectives take. A program is one draw of noise: its loss computed
/// twice gives the same numbers, and evaluating changes no loss. Draws are structs with a field for every site (`DigitsPJoint`, `DigitsQLatents`,
/// `DigitsQObserved`).
pub use elbow_macros::model;
pub use error::Error;
pub use objective::{Elbo, ImportanceWeighted, LogEvidence, Objective, Renyi, WakeSleep};
pub use param::{Fault, IntoParam, Param};
pub use probe::GradientProbe;
pub use run_state::RunState;
pub use schedule::Schedule;
pub use var::{Batch, Rows, Value, Var, batch, minibatch, tensor};

/// The device that models live on: the CPU.
pub type Device = dfdx::tensor::Cpu;

/// What a program that declares and trains a model needs.
pub mod prelude {
    pub use crate::distribution::{
        Bernoulli, Beta, Binomial, Categorical, Cauchy, Concrete, ContinuousBernoulli, Dirichlet,
        Distribution, Exponential, Factor, Gamma, Geometric, Gumbel, GumbelSoftmax, HalfNormal,
        HardConcrete, Kumaraswamy, Laplace, LogNormal, Logistic, LogisticNormal, LowRankNormal,
        Mixture, MultivariateNormal, NegativeBinomial, Normal, OneHotCategorical, Poisson,
        StudentT, Transformed, Uniform, VonMises,
    };
    pub use crate::estimator::{
        DisArm, Enumerate, GumbelRao, Implicit, Pathwise, Profile, Rebar, ReinMax, Relaxed,
        RelaxedKl, Rloo, ScoreFunction, StraightThrough, StraightThroughGumbel, Vimco,
    };
    pub use crate::kernels::broadcast::BroadcastTo;
    pub use crate::nn::{Linear, Parameter, Random, ReLU, Sigmoid, Softplus, Tanh, ToEvent};
    pub use crate::objective::{
        Elbo, Explain, ImportanceWeighted, LogEvidence, Objective, Renyi, WakeSleep,
    };
    pub use crate::program::{Generative, Inference, Model};
    pub use crate::{
        Batch, Device, GradientProbe, Schedule, Var, batch, log, log1m, logit, minibatch, model,
    };
    pub use dfdx::nn::builders::*;
    pub use dfdx::nn::{BuildModule, DeviceBuildExt, Module};
    pub use dfdx::optim::Optimizer;
    pub use dfdx::shapes::{Const, HasShape, Rank0, Rank1, Rank2, Rank3};
    pub use dfdx::tensor::{AsArray, Tensor};
    pub use dfdx::tensor_ops::*;
}

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
