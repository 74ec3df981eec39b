//! A probabilistic-programming language inside Rust for deep latent-variable models.
//!
//! A [`model!`](prelude::model) declares a generative model p(x, z) and its inference models q(z | x) as papers do. It is
//! compiled to graphs of [variables](prelude::Var). elbow chooses a gradient estimator for every latent site, and
//! [explains](prelude::Explanation) the choice. An [objective](prelude::Objective) trains the model.
//!
//! | to | look in |
//! | --- | --- |
//! | write a model | [`prelude`]: `use elbow::prelude::*;` |
//! | read a table of numbers and categories | [`data`] |
//! | train it, save it and go on | [`train`] |
//! | add a family, an estimator, an objective or a flow | [`family`]: `use elbow::family::*;` |

#![deny(unsafe_code)]

mod bijector;
pub mod data;
mod diagnosis;
mod distribution;
mod error;
mod estimator;
pub mod family;
mod kernels;
mod language;
mod nn;
mod noise;
mod objective;
pub mod prelude;
mod probe;
mod program;
mod support;
mod tensor;
pub mod train;

pub use dfdx;
/// Reached without the prelude: one error that says to bring in elbow's names.
#[doc(hidden)]
pub use elbow_macros::model_without_names as model;
pub use error::Error;

/// What the generated code calls, and what elbow's own tests look at. It changes without notice.
#[doc(hidden)]
pub mod __macro {
    pub use crate::distribution::kl;
    pub use crate::program::RunState;
    pub use crate::tensor::{Batch, Device, shape, tape};
    pub use crate::{Error, dfdx};

    macro_rules! rooms {
        ($($room:ident)*) => {$(
            pub mod $room {
                pub use crate::$room::*;
            }
        )*};
    }

    rooms!(bijector distribution estimator kernels nn noise objective probe program support tensor);
}

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// So are those for contributors.
#[cfg(doctest)]
#[doc = include_str!("../../CONTRIBUTING.md")]
pub struct Contributing;
