//! Special functions, in `f64`.
//!
//! The slopes are those of a quantile by a shape parameter, for a fixed probability:
//! `dz/dθ = −(∂F(z; θ)/∂θ)/p(z; θ)`, the implicit reparameterisation (Figurnov, Mohamed and Mnih
//! 2018). Each is for the coordinates in which its family is drawn, where nothing underflows.

mod beta;
mod beta_far;
mod gamma;
mod normal;
mod quadrature;
mod stirling;
mod von_mises;

pub use super::real::double::{bessel_ratio, bessel_ratio_rest, bessel_ratio_slope, ln_bessel_i0e};
pub(crate) use beta::beta_logit_slopes;
pub use beta::{beta_logit_slope, student_t_slope};
pub(crate) use gamma::gamma_log_slopes;
pub use gamma::{digamma, gamma_log_slope, ln_gamma, trigamma};
pub(crate) use normal::{Interval, log_rest};
pub(crate) use stirling::{deviance, half_log_tau, is_direct, log_rising, stirling_rest};
pub use von_mises::von_mises_slope;
pub(crate) use von_mises::von_mises_slopes;
