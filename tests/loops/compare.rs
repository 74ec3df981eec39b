//! What the generated pairs share: their data, and comparisons of two programs.

pub use elbow::family::Key;
pub use elbow::prelude::*;

pub use crate::support::by;
use crate::support::{assert_same, loss};
use elbow::Error;
use elbow::family::{Event, Plated, Rows};

/// Gradients, as a backward pass returns them.
pub type Grads = elbow::dfdx::tensor::Gradients<f32, Device>;

/// The rows of all data.
pub const ROWS: usize = 5;

/// The key of all that is drawn.
pub const KEY: Key = Key::new(11, 3);

/// The numbers that a site may have.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Real,
    Bits,
    Counts,
    Classes,
    Positive,
}

/// Data of this many elements a row.
pub fn data(kind: Kind, elements: usize, salt: usize) -> Vec<f32> {
    let number = |i: usize| {
        let x = elbow_tests::support::tensors::scattered(i + 1000 * salt);
        match kind {
            Kind::Real => x,
            Kind::Bits => f64::from(x > 0.0),
            Kind::Counts => (2.0 * (x + 1.0)).floor(),
            Kind::Classes => (1.4999 * (x + 1.0)).floor(),
            Kind::Positive => x + 1.05,
        }
    };
    (0..ROWS * elements).map(|i| number(i) as f32).collect()
}

/// Step after step of data of `width` elements a step.
pub fn steps<P: Plated, const T: usize>(all: &[f32], width: usize) -> [Tensor<P, f32, Device>; T] {
    std::array::from_fn(|step| {
        let rows = all.chunks(T * width);
        let own = rows.flat_map(|row| row[step * width..][..width].iter().copied());
        tensor(own.collect(), P::Event::plated(ROWS))
    })
}

/// Numbers of steps.
pub fn counts(lengths: &[usize; ROWS]) -> Batch<()> {
    let lengths = lengths.iter().map(|&length| length as f32);
    batch(lengths.collect()).expect("rows")
}

/// The same data with other numbers at the steps that rows do not have.
pub fn padded(
    all: &[f32],
    steps: usize,
    width: usize,
    lengths: &[usize; ROWS],
    padding: f32,
) -> Vec<f32> {
    let mut all = all.to_vec();
    for (row, length) in all.chunks_mut(steps * width).zip(lengths) {
        row[length * width..].fill(padding);
    }
    all
}

/// A sum over steps, the second twice and the third three times.
pub fn total<const T: usize, const W: usize>(
    x: Var<(usize, Const<T>, Const<W>)>,
) -> Var<(usize, Const<W>)> {
    stack(std::array::from_fn::<_, W, _>(|element| {
        let over: Var<(usize, Const<T>)> = x.clone().select(element);
        let later = (1..T).map(|step| over.clone().select(step) * (step + 1) as f32);
        later.fold(over.clone().select(0), |sum, own| sum + own)
    }))
}

/// A number for each row as an event of one element.
pub fn column(x: Var<(usize,)>) -> Var<(usize, Const<1>)> {
    stack([x])
}

/// The gradients by these parts of a model, one after another.
macro_rules! all_by {
    ($model:ident: $($field:ident . $part:ident),*) => {
        |g: &mut Grads| [$(by(g, &$model.$field.$part)),*].concat()
    };
}

pub(crate) use all_by;

/// A stream of its own for every draw, always the same.
pub fn rng() -> elbow::__macro::noise::RowRng {
    elbow_tests::support::tensors::noise(7, "draws").row(0)
}

/// A program under a key.
type Program<'p, I> = &'p dyn Fn(Key) -> I;
/// The gradients by all of a model.
pub type Read<'p> = &'p dyn Fn(&mut Grads) -> Vec<f32>;

/// Both programs have the same losses, gradients, bounds and evidences, or neither may be run.
pub fn agree<A: Inference, B: Inference>(
    own: Program<A>,
    own_by: Read,
    other: Program<B>,
    other_by: Read,
) {
    let elbo = Elbo::default().whole_data();
    assert!(
        elbo.loss(&own(KEY)).is_ok(),
        "{:?}",
        elbo.loss(&own(KEY)).err()
    );
    let both = Both {
        own,
        own_by,
        other,
        other_by,
    };
    for profile in [Profile::ExactFirst, Profile::Unbiased, Profile::Relaxed] {
        both.losses(
            &Elbo::default().whole_data().profile(profile),
            &format!("{profile:?}"),
        );
        let hard = Elbo::default()
            .whole_data()
            .profile(profile)
            .enumerate_up_to(0);
        both.losses(&hard, &format!("{profile:?}, nothing enumerated"));
    }
    let particles = Elbo::default().whole_data().particles(2).kl_weight(0.5);
    both.losses(&particles, "particles");
    let landing = Elbo::default().whole_data().sticking_the_landing();
    both.losses(&landing, "sticking the landing");
    both.losses(
        &ImportanceWeighted::default().whole_data().particles(3),
        "weights",
    );
    both.losses(&Renyi::new(0.5).whole_data().particles(3), "Renyi");
    both.losses(
        &WakeSleep::default().whole_data().particles(3),
        "wake-sleep",
    );
    for particles in [1, 4] {
        let bound = Elbo::default().whole_data().particles(particles);
        let own = bound.evaluate(&own(KEY)).map(|found| found.rows);
        let other = bound.evaluate(&other(KEY)).map(|found| found.rows);
        same("bounds", own, other);
    }
    let evidence = LogEvidence::samples(6);
    let own = evidence.evaluate(&own(KEY)).map(|found| found.rows);
    let other = evidence.evaluate(&other(KEY)).map(|found| found.rows);
    same("evidences", own, other);
}

struct Both<'p, A, B> {
    own: Program<'p, A>,
    own_by: Read<'p>,
    other: Program<'p, B>,
    other_by: Read<'p>,
}

impl<A: Inference, B: Inference> Both<'_, A, B> {
    /// The same loss and gradients, or the same error.
    fn losses(&self, objective: &impl Objective, what: &str) {
        let (own, other) = ((self.own)(KEY), (self.other)(KEY));
        if let Err(refused) = objective.loss(&other) {
            let found = objective.loss(&own).expect_err(what);
            assert_eq!(found.to_string(), as_looped(&refused), "{what}");
            return;
        }
        let own = loss(objective, &own, self.own_by);
        let other = loss(objective, &other, self.other_by);
        assert_same(&[own.0], &[other.0], &format!("{what}, the loss"));
        assert_same(&own.1, &other.1, &format!("{what}, the gradient"));
    }
}

/// An error of the unrolled model with the names of the loop: `z` or `z[1]` for `z·1`.
fn as_looped(error: &Error) -> String {
    let mut text = String::new();
    let mut rest = error.to_string();
    while let Some(at) = rest.find('·') {
        text += &rest[..at];
        rest = rest[at + '·'.len_utf8()..].to_owned();
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        text += &format!("[{}]", &rest[..digits]);
        rest = rest[digits..].to_owned();
    }
    text + &rest
}

fn to_f32(all: Vec<f64>) -> Vec<f32> {
    all.into_iter().map(|x| x as f32).collect()
}

/// The same numbers, or two errors.
fn same(what: &str, own: Result<Vec<f64>, Error>, other: Result<Vec<f64>, Error>) {
    match (own, other) {
        (Ok(own), Ok(other)) => {
            let [own, other] = [own, other].map(to_f32);
            assert_same(&own, &other, what);
        }
        (Err(own), Err(other)) => assert_eq!(own.to_string(), as_looped(&other), "{what}"),
        (own, other) => panic!("{what}: {own:?}, but {other:?}"),
    }
}

/// What a probe measures of a bound whose states are not listed.
pub fn probed(measure: impl Fn(GradientProbe<'_, Elbo>) -> Result<Probe, Error>) -> Probe {
    let objective = Elbo::default().whole_data().enumerate_up_to(0);
    measure(GradientProbe::new(&objective).repeats(20)).expect("a legal program")
}

/// The gradient by what only the generative model reads has the same moments. The other blocks are those of all steps of a site.
pub fn same_rest(own: &Probe, other: &Probe) {
    let rest = |probe: &Probe| {
        let last = probe.blocks.iter().find(|block| block.site.is_none());
        last.map(|block| (block.tensors.clone(), block.variance.value))
    };
    let (Some(own), Some(other)) = (rest(own), rest(other)) else {
        panic!("a generative model without tensors of its own");
    };
    assert_eq!(own.0, other.0);
    assert!(
        (own.1 - other.1).abs() <= 1e-4 * other.1,
        "{own:?} and {other:?}"
    );
}

/// A site's draws at all steps are those of the sites of the unrolled model.
pub fn same_steps(name: &str, own: &[f32], other: &[Vec<f32>], width: usize) {
    let rows = own.len() / (other.len() * width);
    let expected: Vec<f32> = (0..rows)
        .flat_map(|row| {
            other
                .iter()
                .flat_map(move |step| &step[row * width..][..width])
        })
        .copied()
        .collect();
    assert_same(own, &expected, name);
}

/// The same probabilities at every step, or the same error.
pub fn same_marginals<P: Plated, S: Plated, const T: usize>(
    name: &str,
    own: Result<Tensor<P, f32, Device>, Error>,
    other: [Result<Tensor<S, f32, Device>, Error>; T],
    width: usize,
) {
    let other: Result<Vec<_>, _> = other.into_iter().collect();
    match (own, other) {
        (Ok(own), Ok(other)) => {
            let other: Vec<Vec<f32>> = other.iter().map(Tensor::as_vec).collect();
            same_steps(name, &own.as_vec(), &other, width);
        }
        // Which of several ancestors an error names depends on the order of the sites.
        (Err(own), Err(other)) => {
            let [own, other] = [own.to_string(), as_looped(&other)];
            let start = |text: &str| text.split(" depends on ").next().map(str::to_owned);
            assert_eq!(start(&own), start(&other), "{name}");
        }
        (own, other) => panic!("{name}: {:?}, but {:?}", own.err(), other.err()),
    }
}

/// The same densities.
pub fn same_rows(own: Result<Rows, Error>, other: Result<Rows, Error>) {
    let [own, other] = [own, other].map(|rows| rows.map(|rows| rows.exact().to_vec()));
    assert!(own.is_ok(), "{own:?}");
    same("densities", own, other);
}
