//! `model!` and the documentation of its language.

/// # The language
///
/// A block declares a struct of networks, one generative model, and its inference models.
///
/// ```
/// use elbow::prelude::*;
///
/// /// Any expression that is a distribution may stand on the right of `~`.
/// fn standard<E: elbow::family::Event>() -> Normal<E> {
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
/// **Fields** are dfdx module specifications, or bare learned tensors: `Parameter<Rank1<N>>` starts at zero,
/// `Parameter<Rank1<N>, Random>` at random numbers. A tuple holds up to sixteen layers. Call a module by its name, `decoder(z)`;
/// read a parameter by its name. The struct may have const parameters. It is a dfdx `TensorCollection` (dfdx's optimisers and
/// files work on it), and gets `new(seed)` and `on(&device, seed)`. A clone shares its gradients with the original, since dfdx
/// cannot tell their parameters apart. To use two models in one loss, build both with `new`, and
/// [load](crate::train::checkpoint) the first one's checkpoint into the second.
///
/// **`generative p { … }`**: every site is `sample NAME: [axes] ~ DISTRIBUTION;`, with up to three axes of constant size, or
/// none for a scalar. `generative p(u: [4]) { … }` declares covariates, which are always given and never scored.
/// A constructor makes a family, `Normal::new(0.0, 1.0)`. Put your own tuple struct in parentheses, `~ (Spike(0.1))`.
///
/// **`global sample NAME: [axes] ~ DISTRIBUTION;`** in the generative model is one draw for the whole data set, in every
/// particle, such as the weights of a Bayesian regression. Its prior reads no rows. Neither does its posterior, which an
/// inference model writes as `sample NAME ~ …;` with learned parameters. Statements about rows read it like any other site. Its
/// estimator must have one row and no costs: pathwise, or for bits and one-hot vectors ReinMax, relaxed or
/// straight-through. Its states are not listed. Its divergence counts once for the whole data set, so an
/// objective in nats per row adds `1/N` of it to every row. A training objective must set `N`, its
/// [`data_size`](crate::prelude::Objective::data_size). Typed draws hold the site as one row. The rows of
/// a [`log_joint`](crate::program::Generative::log_joint) carry equal parts of its log-density.
///
/// **`inference q(x, …) { … }`**: its arguments are the *observed* sites and all covariates. It samples every other site of
/// the generative model, without axes. `via ESTIMATOR` at the end of a statement names a gradient estimator instead of the
/// automatic choice. A model may have several inference models.
///
/// **`for t in 0..N { … }`** repeats statements for every step. `N` is a number, a parameter of the struct or a constant; with `(0..N).rev()`
/// the last step comes first. A site in it is `sample z[t]: [axes] ~ …;`. Its data, draws and typed joints have the axis of time first,
/// `[N, axes]`, and at most two other axes. `z[t]` reads a step of a site, a covariate or any variable with such an axis; `z` alone, below
/// the loop, reads all steps. A variable with `let mut` above the loop is carried: a loop gives it a new value, `state = step(state, z[t]);`,
/// and the next step reads that. It starts as a tensor or a number, and has a value in every row. Loops have no loops inside, no `break`
/// and no branch on `t`. Both models sample a site in loops over the same steps, in either direction.
///
/// A loop is its unrolled model: each step is a site for estimators, importance weights and closed-form divergences, which are taken at the steps
/// where they are valid. [`explain`](crate::prelude::Explain), terms and free bits speak of `z`, and errors of `z[17]`. Noise is keyed by
/// the step. Where a loop of the generative model carries nothing but sites and data of the step before, an inference model scores all steps
/// in one go.
///
/// **Rows of their own length** have a count among the arguments, `generative p(length: 0..=N)`, and `for t in 0..length`. It is given as one
/// number a row; a number that is no count of steps is an error with its row. Steps behind a row's end do not exist: they have no density,
/// draw or gradient, whatever stands in the data there, and are not computed. Draws have 0 there. What the loop carries stays in a row as it was at
/// its last step. A model has one such count.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A state that wanders, and is seen with noise.
///     pub struct Walk<const STEPS: usize> {
///         speed: Parameter<Rank1<1>>,
///         smoother: BackwardGru<1, 8>,
///         guide: (Linear<9, 8>, Tanh, SplitInto<(Linear<8, 1>, (Linear<8, 1>, Softplus))>),
///     }
///     generative p(length: 0..=STEPS) {
///         let mut before = 0.0;
///         for t in 0..length {
///             sample z[t]: [1] ~ Normal::new(stack([before]), speed.exp());
///             before = z[t].select(0);
///             sample x[t]: [1] ~ Normal::new(z[t], 0.3);
///         }
///     }
///     inference q(x, length) {
///         let later = smoother(x, length);
///         let mut before = 0.0;
///         for t in 0..length {
///             let (loc, scale) = guide(concat(later[t], stack([before])));
///             sample z[t] ~ Normal::new(loc, scale);
///             before = z[t].select(0);
///         }
///     }
/// }
///
/// let walk = Walk::<4>::new(0);
/// let x: Batch<Rank2<4, 1>> = batch(vec![0.1, 0.3, 0.2, 0.6, -0.2, -0.5, f32::NAN, f32::NAN])?;
/// let length = batch(vec![4, 2])?;
/// let loss = Elbo::default().loss(&walk.q(&x, &length))?;
/// assert!(loss.value().is_finite());
/// let draws = walk.p(&length).sample(2, &mut rand::rngs::mock::StepRng::new(1, 7))?;
/// assert_eq!(draws.x.as_vec()[6..], [0.0, 0.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// **Data with gaps** are [`Partial`](crate::prelude::Partial): `vae.q(&Partial::new(&x, &mask)?)`. What is not observed is not scored.
/// The model reads 0 in its place. `observed(x)`, of an argument of the same program, is the mask: 1 where `x` is observed, 0 where
/// it is not, and 1 everywhere if `x` is given without a mask. The word belongs to the language, so call a function of your own
/// by another name, or by its path.
///
/// **`let PAT = EXPR;`** is ordinary Rust. A variable may be read any number of times if it is a tensor, or a tuple, an array, a
/// vector or an option of tensors. It has one row for each row of the data. If a later draw multiplies rows, elbow repeats it
/// when it is read. The variables of a block, `let h = { let a = from(z); a.exp() * a };`, may be read many times too. For
/// variables that are `mut` or hold a closure, and for arguments of closures, Rust's own rules hold: to read one twice, clone it,
/// `a.clone()`, or borrow it, `&a * &a`. A body is not a function: it cannot branch on a draw, or return by `return` or `?`.
///
/// **Rows are independent.** A statement computes each row from that row. The number of rows that a body sees may differ from
/// the data's: evaluations take a large data set in pieces, and draws multiply rows. So a mean or a sum over rows, or their
/// number, has no meaning in a model. Pass it as a covariate.
///
/// **Expressions** are made of [variables](crate::prelude::Var). A network with two ends returns a pair. These operations work
/// in a model and in your own functions. Each is one step of the tape:
///
/// | operation | of |
/// | --- | --- |
/// | `a + b`, `a - b`, `a * b`, `a / b`, `-a` | two of one shape, which may be the same one; a number, written with its point, on either side; rows and one event, `h + bias`, for each of which it stands; a learned number and anything |
/// | [`exp`](crate::prelude::Var::exp), [`exp_m1`](crate::prelude::Var::exp_m1), [`ln`](crate::prelude::Var::ln), [`ln_1p`](crate::prelude::Var::ln_1p), [`sqrt`](crate::prelude::Var::sqrt), [`square`](crate::prelude::Var::square), [`abs`](crate::prelude::Var::abs), [`recip`](crate::prelude::Var::recip), [`sin`](crate::prelude::Var::sin), [`cos`](crate::prelude::Var::cos), [`tanh`](crate::prelude::Var::tanh), [`sigmoid`](crate::prelude::Var::sigmoid), [`relu`](crate::prelude::Var::relu), [`softplus`](crate::prelude::Var::softplus), [`silu`](crate::prelude::Var::silu), [`gelu`](crate::prelude::Var::gelu), [`powi`](crate::prelude::Var::powi), [`powf`](crate::prelude::Var::powf), [`clamp`](crate::prelude::Var::clamp) | every element |
/// | [`sum_last`](crate::prelude::Var::sum_last), [`mean_last`](crate::prelude::Var::mean_last), [`log_sum_exp_last`](crate::prelude::Var::log_sum_exp_last), [`softmax`](crate::prelude::Var::softmax), [`log_softmax`](crate::prelude::Var::log_softmax), [`select`](crate::prelude::Var::select) | the last axis |
/// | [`sum`](crate::prelude::Var::sum), [`mean`](crate::prelude::Var::mean) | all elements |
/// | [`matmul`](crate::prelude::Var::matmul) | rows, and a matrix or a column |
/// | [`reshape`](crate::prelude::Var::reshape), [`reshape_like`](crate::prelude::Var::reshape_like), [`broadcast`](crate::prelude::Var::broadcast), [`broadcast_like`](crate::prelude::Var::broadcast_like), [`stack`](crate::prelude::stack), [`concat`](crate::prelude::concat) | the shape |
/// | [`pick`](crate::prelude::pick) | a table, learned or drawn, and a class for each row |
/// | [`log`](crate::prelude::log), [`log1m`](crate::prelude::log1m), [`logit`](crate::prelude::logit) | a draw, without loss near the rim of its support |
/// | [`into_tensor`](crate::prelude::Var::into_tensor), `Var::from` | to dfdx's operations, and back |
///
/// For a positive scale write `log_scale.exp()`, or end the network in `Softplus`. A drawn bit chooses by arithmetic, not by
/// `if`:
///
/// ```
/// use elbow::prelude::*;
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
///         let sum = bit(x.square()).sum_last();
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
/// **Types.** `model.p(…)` and `model.q(…)` are programs (`DigitsP`, `DigitsQ`): the [`Generative`](crate::program::Generative) one draws and scores,
/// objectives take the [`Inference`](crate::program::Inference) ones. A program has fixed noise: computing its loss
/// twice gives the same numbers, and evaluations change no loss. Draws are structs with a field for every site
/// (`DigitsPJoint`, `DigitsQLatents`, `DigitsQObserved`).
pub use elbow_macros::model;
