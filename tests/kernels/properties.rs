//! Every fused operation over random shapes, forms and values, as far as `f32` goes.
//!
//! The truth is the family's formula in plain `f64`, written out here, and its central differences.

use elbow::dfdx::shapes::Const;
use elbow::family::{
    Draw, Event, IntoParam, Key, KlDivergence, Param, Place, Rows, Standard, Stream, Value,
    log_softmax,
};
use elbow::prelude::{Bernoulli, Concrete, Distribution, Logistic, Normal, Var};
use elbow_tests::support::differences::derivative;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, weighted,
};

/// Draws of cases: shapes, forms and values.
struct Cases(Vec<f32>, usize);

impl Cases {
    fn new(name: &str) -> Self {
        let stream = Stream::new(Key::new(11, 0), name, Place::default());
        Self(stream.numbers(Standard::Uniform, 1, 1 << 20), 0)
    }

    fn uniform(&mut self) -> f64 {
        self.1 += 1;
        f64::from(self.0[self.1 % self.0.len()])
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.uniform() * from.len() as f64) as usize % from.len()]
    }

    /// Mostly of a usual size, at times at the ends of what a network gives.
    fn logit(&mut self) -> f64 {
        let ends = [0.0, 1e4, -1e4, 100.0, -100.0, 88.8, -88.8, 1e-6, -0.0];
        match self.uniform() {
            u if u < 0.2 => self.pick(&ends),
            _ => rounded(8.0 * self.uniform() - 4.0),
        }
    }
}

/// An operand in one of its forms, with what it has in the place of each element of each row.
struct Operand<E: Event> {
    param: Param<E>,
    leaf: Leaf<E>,
    all: Vec<f64>,
    /// Where each element is stored.
    places: Vec<usize>,
}

enum Leaf<E: Event> {
    None,
    Event(Var<E>),
    Rows(Value<E>),
}

impl<E: Event> Operand<E> {
    fn new(cases: &mut Cases, rows: usize, mut value: impl FnMut(&mut Cases) -> f64) -> Self {
        let count = rows * E::ELEMENTS;
        let shares: Vec<usize> = (1..=rows).filter(|s| rows.is_multiple_of(*s)).collect();
        let form = cases.pick(&[0, 1, 2, 2, 2, 3]);
        let stored = |cases: &mut Cases, n: usize, value: &mut dyn FnMut(&mut Cases) -> f64| {
            (0..n).map(|_| value(cases)).collect::<Vec<f64>>()
        };
        let (param, leaf, values, places): (Param<E>, _, _, Vec<usize>) = match form {
            0 => {
                let values = stored(cases, 1, &mut value);
                (
                    Param::Number(values[0] as f32),
                    Leaf::None,
                    values,
                    vec![0; count],
                )
            }
            1 => {
                let values = stored(cases, E::ELEMENTS, &mut value);
                let own = event::<E>(&values);
                let places = (0..count).map(|i| i % E::ELEMENTS).collect();
                (Param::Event(own.clone()), Leaf::Event(own), values, places)
            }
            _ => {
                let share = if form == 3 { cases.pick(&shares) } else { 1 };
                let values = stored(cases, count / share, &mut value);
                let own = plate::<E>(&values);
                let place = |i: usize| i / E::ELEMENTS / share * E::ELEMENTS + i % E::ELEMENTS;
                let places = (0..count).map(place).collect();
                (Param::Rows(own.clone()), Leaf::Rows(own), values, places)
            }
        };
        Self {
            param,
            leaf,
            all: places.iter().map(|&p| values[p]).collect(),
            places,
        }
    }
}

/// A family's term: what elbow computes of whole operands, and the same of single numbers in `f64`.
struct Fused<'a, E: Event, const N: usize> {
    name: &'a str,
    run: &'a dyn Fn([&Param<E>; N]) -> Rows,
    exact: &'a dyn Fn([f64; N]) -> f64,
    /// The exact derivatives, where differences would cross a kink or the end of the range.
    slopes: Option<&'a dyn Fn([f64; N]) -> [f64; N]>,
}

/// The error that a sum may have, relative to the sum of its terms' sizes.
const TOLERANCE: f64 = 3e-6;

fn check<E: Event, const N: usize>(
    fused: &Fused<'_, E, N>,
    operands: &[Operand<E>; N],
    rows: usize,
) {
    let name = format!("{} on {rows} rows of {}", fused.name, E::ELEMENTS);
    let at = |i: usize| -> [f64; N] { std::array::from_fn(|k| operands[k].all[i]) };
    let params = operands.each_ref().map(|o| &o.param);
    let found = numbers(&(fused.run)(params));
    // If every operand has fewer rows, each row of the result stands for a block too.
    let block = rows / found.len();
    let places = |row: usize| (0..E::ELEMENTS).map(move |e| row * block * E::ELEMENTS + e);
    for (row, found) in found.iter().enumerate() {
        let terms: Vec<f64> = places(row).map(|i| (fused.exact)(at(i))).collect();
        let total: f64 = terms.iter().sum();
        let size: f64 = terms.iter().map(|t| t.abs()).sum();
        assert!(found.is_finite(), "{name}: {found} for {total}");
        assert_close(&name, *found, total, TOLERANCE, size);
    }
    let weights: Vec<f64> = (0..found.len())
        .map(|r| rounded(0.5 + (r % 7) as f64 / 4.0))
        .collect();
    let rows_and_places = || (0..weights.len()).flat_map(|row| places(row).map(move |i| (row, i)));
    let mut grads = backward(|| weighted((fused.run)(params), &weights));
    for (k, operand) in operands.iter().enumerate() {
        let found = match &operand.leaf {
            Leaf::None => continue,
            Leaf::Event(leaf) => gradient_of(&mut grads, leaf),
            Leaf::Rows(leaf) => gradient_of(&mut grads, leaf),
        };
        let (mut sums, mut sizes) = (vec![0.0; found.len()], vec![0.0; found.len()]);
        for (row, i) in rows_and_places() {
            let slope = match fused.slopes {
                Some(slopes) => slopes(at(i))[k],
                None => derivative(
                    |x| {
                        let mut moved = at(i);
                        moved[k] = x;
                        (fused.exact)(moved)
                    },
                    at(i)[k],
                ),
            };
            let part = weights[row] * slope;
            sums[operand.places[i]] += part;
            sizes[operand.places[i]] += part.abs();
        }
        for (found, (sum, size)) in found.iter().zip(sums.iter().zip(sizes)) {
            assert!(
                found.is_finite(),
                "{name}, by operand {k}: {found} for {sum}"
            );
            assert_close(&format!("{name}, by operand {k}"), *found, *sum, 2e-5, size);
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The value as the operand of a density.
fn value<E: Event>(param: &Param<E>, rows: usize) -> Value<E> {
    param.expand(rows)
}

fn families<E: Event>(cases: &mut Cases, rows: usize) {
    let bits = Operand::<E>::new(cases, rows, |c| c.pick(&[0.0, 1.0]));
    let logits = Operand::new(cases, rows, Cases::logit);
    let bernoulli = Fused {
        name: "Bernoulli",
        run: &|[x, l]: [&Param<E>; 2]| Bernoulli::logits(l.clone()).log_prob(&value(x, rows)),
        exact: &|[x, l]| -x * softplus(-l) - (1.0 - x) * softplus(l),
        slopes: Some(&|[x, l]| [l, x * sigmoid(-l) - (1.0 - x) * sigmoid(l)]),
    };
    check(&bernoulli, &[bits, logits], rows);

    let temperature = rounded(cases.pick(&[0.01, 0.1, 0.5, 2.0 / 3.0, 1.0, 10.0]));
    let draws = Operand::<E>::new(cases, rows, |c| {
        // Of the size of draws at this temperature.
        rounded((8.0 * c.uniform() - 4.0) / temperature)
    });
    let logits = Operand::new(cases, rows, Cases::logit);
    let concrete = Fused {
        name: "Concrete",
        run: &|[y, l]: [&Param<E>; 2]| {
            let draw = Draw::from_logit(value(y, rows));
            Concrete::new(l.clone(), temperature as f32).log_prob_of(&draw)
        },
        exact: &|[y, l]| {
            let a = l - temperature * y;
            temperature.ln() + a - 2.0 * softplus(a)
        },
        slopes: Some(&|[y, l]| {
            let by_a = 1.0 - 2.0 * sigmoid(l - temperature * y);
            [-temperature * by_a, by_a]
        }),
    };
    check(&concrete, &[draws, logits], rows);

    let operands = [
        Operand::<E>::new(cases, rows, Cases::logit),
        Operand::new(cases, rows, Cases::logit),
        // A smaller scale would show what `f32` rounds off its terms, which cancel in the slope.
        Operand::new(cases, rows, |c| rounded((2.0 * c.uniform() - 1.0).exp())),
    ];
    let logistic = Fused {
        name: "Logistic",
        run: &|[x, m, s]: [&Param<E>; 3]| {
            Logistic::new(m.clone(), s.clone()).log_prob(&value(x, rows))
        },
        exact: &|[x, m, s]| {
            let y = (x - m) / s;
            -y - s.ln() - 2.0 * softplus(-y)
        },
        slopes: Some(&|[x, m, s]| {
            let y = (x - m) / s;
            let by_y = -1.0 + 2.0 * sigmoid(-y);
            [by_y / s, -by_y / s, -(by_y * y + 1.0) / s]
        }),
    };
    check(&logistic, &operands, rows);

    // Not of scales so far apart that differences in `f64` show nothing.
    let loc = |c: &mut Cases| rounded(4.0 * c.uniform() - 2.0);
    let scale = |c: &mut Cases| rounded((2.0 * c.uniform() - 1.0).exp());
    let operands = [
        Operand::<E>::new(cases, rows, loc),
        Operand::new(cases, rows, scale),
        Operand::new(cases, rows, loc),
        Operand::new(cases, rows, scale),
    ];
    let divergence = Fused {
        name: "divergence of normals",
        run: &|[m, s, n, t]: [&Param<E>; 4]| {
            let prior = Normal::new(n.clone(), t.clone());
            let own = Normal::new(m.clone(), s.clone()).kl_divergence(&prior);
            own.expect("closed")
        },
        exact: &|[m, s, n, t]| (t / s).ln() + 0.5 * ((s / t).powi(2) + ((m - n) / t).powi(2) - 1.0),
        slopes: None,
    };
    check(&divergence, &operands, rows);
}

#[test]
fn densities_and_divergences() {
    let mut cases = Cases::new("densities");
    for _ in 0..12 {
        let rows = cases.pick(&[1, 2, 3, 6, 7, 12, 64]);
        families::<()>(&mut cases, rows);
        families::<(Const<1>,)>(&mut cases, rows);
        families::<(Const<7>,)>(&mut cases, rows);
        families::<(Const<3>, Const<5>)>(&mut cases, rows);
        families::<(Const<63>,)>(&mut cases, rows);
        families::<(Const<257>,)>(&mut cases, rows);
    }
}

/// Enough elements for several threads, with whole rows and with shared rows.
#[test]
fn parts_of_many_rows() {
    let mut cases = Cases::new("parts");
    for rows in [97, 180] {
        families::<(Const<200>,)>(&mut cases, rows);
    }
    families::<()>(&mut cases, 40_000);
}

/// A row gives the same digits alone and among enough rows for several threads.
#[test]
fn parts_change_no_digit() {
    type Wide = (Const<200>,);
    let mut cases = Cases::new("digits");
    let values: Vec<f64> = (0..500 * 200).map(|_| cases.logit()).collect();
    let bits: Vec<f64> = (0..500 * 200).map(|_| cases.pick(&[0.0, 1.0])).collect();
    let run = |range: std::ops::Range<usize>| {
        let range = range.start * 200..range.end * 200;
        let logits = plate::<Wide>(&values[range.clone()]);
        let x = plate::<Wide>(&bits[range]);
        let score = || Bernoulli::<Wide>::logits(logits.clone()).log_prob(&x);
        let weights = vec![0.7; numbers(&score()).len()];
        let mut grads = backward(|| weighted(score(), &weights));
        (numbers(&score()), gradient_of(&mut grads, &logits))
    };
    let (sums, slopes) = run(0..500);
    for row in [0, 1, 249, 250, 499] {
        let (sum, slope) = run(row..row + 1);
        assert_eq!(sum[0], sums[row], "sum of row {row}");
        assert_eq!(slope[..], slopes[row * 200..(row + 1) * 200], "row {row}");
    }
}

/// Logits of any size: masses that sum to one, and no NaN.
#[test]
fn softmax_of_any_size() {
    type Lanes = (Const<5>, Const<10>);
    let mut cases = Cases::new("softmax");
    for rows in [1, 3, 400] {
        let logits: Vec<f64> = (0..rows * 50).map(|_| cases.logit()).collect();
        let leaf = plate::<Lanes>(&logits);
        let run = || match log_softmax(&leaf.clone().into_param()) {
            Param::Rows(out) => out,
            _ => unreachable!("rows were given"),
        };
        let weights: Vec<f64> = (0..logits.len()).map(|i| (i % 3) as f64 - 0.5).collect();
        let found = numbers(&run());
        let mut grads = backward(|| weighted(run(), &weights));
        let slopes = gradient_of(&mut grads, &leaf);
        for lane in 0..rows * 5 {
            let own = lane * 10..(lane + 1) * 10;
            let most = logits[own.clone()].iter().copied().fold(f64::MIN, f64::max);
            let rest: f64 = logits[own.clone()]
                .iter()
                .map(|l| (l - most).exp())
                .sum::<f64>()
                - 1.0;
            let upstream: f64 = weights[own.clone()].iter().sum();
            for i in own {
                let exact = (logits[i] - most) - rest.ln_1p();
                assert_close("log-softmax", found[i], exact, 1e-6, exact);
                let slope = weights[i] - exact.exp() * upstream;
                assert_close("its slope", slopes[i], slope, 2e-6, slope);
            }
        }
    }
}
