//! What a program that declares and trains a model needs.
//!
//! | for | look at |
//! | --- | --- |
//! | the language | [`model!`](model), with a table of every operation |
//! | the families | [`Distribution`] and its list of implementations |
//! | networks | [`Linear`], [`Conv2D`], [`Gru`], [`GruCell`], [`BatchNorm`], [`Embedding`] and other layers, [`Parameter`], the activations, [`ToEvent`]; a tuple is a sequence of up to sixteen layers |
//! | gradients | [`Estimator`](crate::family::Estimator) for a table of all estimators, [`Profile`] for the automatic choice |
//! | objectives | [`Objective`], with tables of what each bounds and which estimators it takes |
//! | flows | [`Transformed`] and [`bijector`] |
//! | training | [`Adam`] |
//! | data | [`batch`], [`tokens`], [`minibatch`], [`Batch`] |
//! | trust | [`Explain`], [`GradientProbe`], [`LogEvidence`] |

pub use crate::bijector::Transformed;
pub use crate::diagnosis::{Diagnosis, Told};
pub use crate::distribution::{
    Bernoulli, Beta, BetaBinomial, Binomial, Categorical, Cauchy, Concrete, ContinuousBernoulli,
    Delta, Dirichlet, DirichletMultinomial, Distribution, Exponential, Factor, Gamma, Geometric,
    Gumbel, GumbelSoftmax, HalfCauchy, HalfNormal, HardConcrete, Hurdle, InverseGamma, Kumaraswamy,
    Laplace, LogNormal, Logistic, LogisticNormal, LowRankNormal, Mixture, Multinomial,
    MultivariateNormal, NegativeBinomial, Normal, OneHotCategorical, OrderedLogistic, Poisson,
    StudentT, TruncatedNormal, Uniform, VonMises, Weibull, ZeroInflated,
};
pub use crate::estimator::{
    DisArm, Enumerate, GumbelRao, Implicit, LearnedBaseline, LocalExpectation, Pathwise, Profile,
    Rebar, ReinMax, Relaxed, RelaxedKl, Rloo, RunningMean, ScoreFunction, StraightThrough,
    StraightThroughGumbel, Vimco,
};
pub use crate::kernels::axes::stack;
pub use crate::kernels::concat::concat;
pub use crate::kernels::logarithms::{log, log1m, logit};
pub use crate::kernels::pick::pick;
pub use crate::language::model;
pub use crate::nn::{
    Abs, AvgPool2D, BackwardGru, BackwardLstm, BatchNorm, BatchNorm2D, BiGru, BiLstm, Conv2D,
    ConvTranspose2D, Cos, Dropout, Embedding, Exp, FastGeLU, GELU, Gru, GruCell, LayerNorm, Linear,
    Ln, LogSoftmax, Lstm, LstmCell, MaxPool2D, Parameter, Random, ReLU, SiLU, Sigmoid, Sin,
    Softmax, Softplus, Sqrt, Square, Tanh, ToEvent, Upscale,
};
pub use crate::objective::{
    ControlledCapacity, Elbo, Evaluation, EvidenceEstimate, Explain, ImportanceWeighted,
    LogEvidence, Loss, Objective, Renyi, Schedule, SiteMean, WakeSleep,
};
pub use crate::probe::{GradientProbe, Measured, Probe, Probed};
pub use crate::program::explain::{Choice, Explanation};
pub use crate::program::{
    Conditional, Generative, GenerativeSite, Inference, LatentSite, Model, ParameterValues,
    Partial, Posterior, RunState,
};
pub use crate::tensor::{Batch, Device, Var, batch, minibatch, tensor, tokens};
pub use crate::train::Adam;

pub use dfdx::nn::builders::{
    AddInto, GeneralizedResidual, LeakyReLU, Repeated, Residual, SplitInto, UnbiasedLinear,
};
pub use dfdx::nn::{BuildModule, DeviceBuildExt, Module};
pub use dfdx::optim::Optimizer;
pub use dfdx::shapes::{Const, HasShape, Rank0, Rank1, Rank2, Rank3};
pub use dfdx::tensor::{AsArray, Tensor};

pub mod bijector {
    //! Invertible functions with a Jacobian. [`Transformed`](super::Transformed) makes families of them. Some share their names
    //! with layers, so write `bijector::Exp`.
    //!
    //! | bijector | from | to |
    //! | --- | --- | --- |
    //! | [`Affine`] | real | real |
    //! | [`Exp`], [`Softplus`] | real | positive |
    //! | [`Sigmoid`] | real | (0, 1) |
    //! | [`Planar`] | real vectors | real vectors |
    //! | [`Coupling`] | real vectors | real vectors |
    //! | `(f, g)`, `(f, g, h)` | what `f` takes | what the last gives |

    pub use crate::bijector::{Affine, Coupling, Exp, Planar, Sigmoid, Softplus};
}
