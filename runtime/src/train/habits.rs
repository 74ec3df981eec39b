//! Methods that other libraries have, and elbow has not. None can be called, for nothing meets its bound: the compiler says what
//! to write instead, where it would find no such method, or list every trait that has one.
//!
//! The bounds have a parameter that stays open. Of a bound without one the compiler would complain where it is declared. What the
//! methods return may be of any type, so that nothing is said of its uses.

use super::Adam;
use crate::objective::{Elbo, Loss};

/// What a model is called for, and is not: `model!` dereferences the struct to it. So what the user implements for the struct,
/// by whatever trait, is found first.
#[doc(hidden)]
#[derive(Debug)]
pub struct ModelItself;

#[rustfmt::skip]
impl ModelItself {
    #[doc(hidden)]
    pub fn forward<T, Any, Open>(&self, _: T) -> Any where Self: Forward<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn sample<T, R, Any, Open>(&self, _: T, _: R) -> Any where Self: Sample<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn save<T, Any, Open>(&self, _: T) -> Any where Self: Save<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn parameters<Any, Open>(&self) -> Any where Self: Parameters<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn train<Any, Open>(&self) -> Any where Self: Modes<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn eval<Any, Open>(&self) -> Any where Self: Modes<Open> { unreachable!() }
}

#[rustfmt::skip]
impl Adam {
    #[doc(hidden)]
    pub fn step<Open>(&mut self) -> <Self as Steps<Open>>::Nothing where Self: Steps<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn zero_grad<Open>(&mut self) -> <Self as Steps<Open>>::Nothing where Self: Steps<Open> { unreachable!() }
}

#[rustfmt::skip]
impl Loss {
    #[doc(hidden)]
    pub fn item<Any, Open>(&self) -> Any where Self: Item<Open> { unreachable!() }
}

#[rustfmt::skip]
impl Elbo {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<Any, Open>() -> Any where Self: New<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn step<T, Any, Open>(&self, _: T) -> Any where Self: Step<Open> { unreachable!() }
}

macro_rules! bounds {
    ($($(#[$message:meta])* $bound:ident)*) => {$(
        $(#[$message])*
        pub trait $bound<Open> {}
    )*};
}

bounds! {
    #[diagnostic::on_unimplemented(
        message = "a model has no `forward`: its programs run",
        label = "no method of a model",
        note = "help: write `Elbo::default().loss(&model.q(&x))?` for the loss, `model.q(&x).reconstruct(&mut rng)?` for means"
    )]
    Forward

    #[diagnostic::on_unimplemented(
        message = "a model has no `sample`: its programs draw",
        label = "no method of a model",
        note = "help: write `model.p().sample(64, &mut rng)?`, or `model.q(&x).sample(&mut rng)?` for the latents of data"
    )]
    Sample

    #[diagnostic::on_unimplemented(
        message = "a model has no `save`: it is saved with its optimiser",
        label = "no method of a model",
        note = "help: write `checkpoint::save(path, &model, &adam, &notes)?`, with `use elbow::train::checkpoint;` at the top of the file"
    )]
    Save

    #[diagnostic::on_unimplemented(
        message = "a model gives no list of its parameters: each step is given the model itself",
        label = "no method of a model",
        note = "help: write `Adam::new(1e-3)`, and `adam.descend(&mut model, loss)?` for a step"
    )]
    Parameters

    #[diagnostic::on_unimplemented(
        message = "a model does the same when it is trained and when it is evaluated",
        label = "no method of a model",
        note = "help: leave it out; `Elbo::default().evaluate(&model.q(&x))?` evaluates"
    )]
    Modes

    #[diagnostic::on_unimplemented(
        message = "a loss is no tensor, and has no `item`",
        label = "no method of a loss",
        note = "help: write `loss.value()`"
    )]
    Item

    #[diagnostic::on_unimplemented(
        message = "an `Elbo` has no `new`",
        label = "no such constructor",
        note = "help: write `Elbo::default()`, and settings behind it, such as `.particles(5)`"
    )]
    New

    #[diagnostic::on_unimplemented(
        message = "an objective takes no steps: an optimiser does",
        label = "no method of an objective",
        note = "help: write `let loss = Elbo::default().loss(&model.q(&x))?;` and then `adam.descend(&mut model, loss)?`"
    )]
    Step
}

#[diagnostic::on_unimplemented(
    message = "a step goes down a loss, and clears its gradients itself",
    label = "no method of an optimiser",
    note = "help: write `adam.descend(&mut model, loss)?` in place of `zero_grad`, `backward` and `step`"
)]
pub trait Steps<Open> {
    /// While it looks for the method the compiler finds that this is nothing, and does not count the arguments.
    type Nothing;
}
