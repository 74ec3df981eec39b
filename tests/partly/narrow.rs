//! A model of data with gaps is the model without what is missing: its terms, objectives and gradients.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::{assert_all_close, scattered, to_f32};

model! {
    /// A class that is summed out and a normal cause, with bits of both and counts of the class alone.
    struct Both<const N: usize> {
        prior: Parameter<Rank1<3>>,
        class: Linear<2, 3>,
        cause: (Linear<2, 4>, SplitInto<(Linear<4, 2>, (Linear<4, 2>, Softplus))>),
        shift: Linear<3, 2>,
        from_class: Linear<3, N>,
        from_cause: Linear<2, N>,
        rates: Linear<3, N>,
    }

    generative p(u: [2]) {
        sample y: [3] ~ OneHotCategorical::logits(prior);
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [N] ~ Bernoulli::logits(from_class(y) + from_cause(z));
        sample c: [N] ~ Poisson::new(rates(y).exp());
    }

    inference q(x, c, u) {
        sample y ~ OneHotCategorical::logits(class(u));
        let (loc, scale) = cause(u);
        sample z ~ Normal::new(loc, scale);
    }

    inference rloo(x, c, u) {
        sample y ~ OneHotCategorical::logits(class(u)) via Rloo;
        let (loc, scale) = cause(u);
        sample z ~ Normal::new(loc, scale);
    }

    inference scored(x, c, u) {
        sample y ~ OneHotCategorical::logits(class(u)) via ReinMax;
        let (loc, scale) = cause(u);
        sample z ~ Normal::new(loc, scale) via ScoreFunction;
    }

    // The mask is read together with the states of the class.
    inference late(x, c, u) {
        sample y ~ OneHotCategorical::logits(class(u));
        let (loc, scale) = cause(u);
        let shifted = loc + shift(y);
        let one = y.sum_last().broadcast_like(&shifted);
        sample z ~ Normal::new(shifted + one * observed(x).sum_last().broadcast_like(&shifted) * 0.05, scale);
    }

    inference labelled(y, x, c, u) {
        let (loc, scale) = cause(u);
        sample z ~ Normal::new(loc, scale);
    }
}

const ROWS: usize = 40;
const WIDE: usize = 21;
const NARROW: usize = 13;

/// The columns that are observed.
fn seen() -> Vec<usize> {
    let seen: Vec<usize> = (0..WIDE).filter(|column| column * 5 % 8 < 5).collect();
    assert_eq!(seen.len(), NARROW);
    seen
}

/// The wide model, or the narrow one with the same weights.
fn model<const N: usize>(columns: &[usize]) -> Both<N> {
    let mut both = Both::<N>::new(9);
    let weights = |shift: usize, width: usize| -> Vec<f64> {
        let weight = |&column: &usize, k: usize| scattered(shift + column * width + k);
        let rows = columns.iter();
        rows.flat_map(|column| (0..width).map(move |k| weight(column, k)))
            .collect()
    };
    fill(&mut both.prior.value, &[0.2, -0.3, 0.1]);
    fill(&mut both.from_class.weight, &weights(0, 3));
    fill(&mut both.from_class.bias, &weights(200, 1));
    fill(&mut both.from_cause.weight, &weights(300, 2));
    fill(&mut both.from_cause.bias, &weights(400, 1));
    fill(&mut both.rates.weight, &weights(500, 3));
    fill(&mut both.rates.bias, &weights(700, 1));
    both
}

type Event<const N: usize> = (Const<N>,);

/// Bits and counts in these columns, and the covariate.
fn numbers(columns: &[usize]) -> [Vec<f32>; 3] {
    let of = |number: &dyn Fn(usize, usize) -> f64, columns: &[usize]| -> Vec<f32> {
        let rows = (0..ROWS).flat_map(|row| columns.iter().map(move |&column| (row, column)));
        to_f32(
            &rows
                .map(|(row, column)| number(row, column))
                .collect::<Vec<_>>(),
        )
    };
    [
        of(
            &|row, column| f64::from(u8::from(scattered(row * 31 + column) > 0.1)),
            columns,
        ),
        of(
            &|row, column| (2.0 + 2.0 * scattered(row * 17 + column)).floor(),
            columns,
        ),
        of(&|row, column| scattered(row * 3 + column + 90), &[0, 1]),
    ]
}

struct Data<const N: usize> {
    x: Partial<Event<N>>,
    c: Partial<Event<N>>,
    u: Batch<Event<2>>,
}

/// The data of the wide model with gaps, and the padding in them.
fn wide(padding: f32) -> Data<WIDE> {
    let [x, c, u] = numbers(&(0..WIDE).collect::<Vec<_>>());
    let seen = seen();
    let mask: Vec<f32> = (0..WIDE)
        .map(|column| f32::from(u8::from(seen.contains(&column))))
        .collect();
    let mask = mask.repeat(ROWS);
    let partial = |own: Vec<f32>| -> Partial<Event<WIDE>> {
        let own = own.into_iter().zip(&mask);
        let own = own.map(|(x, &o)| if o == 0.0 { padding } else { x });
        let own: Batch<Event<WIDE>> = batch(own.collect()).expect("whole rows");
        Partial::new(&own, batch(mask.clone()).expect("whole rows")).expect("zeros and ones")
    };
    let u = batch(u).expect("whole rows");
    let (x, c) = (partial(x), partial(c));
    Data { x, c, u }
}

fn narrow() -> Data<NARROW> {
    let [x, c, u] = numbers(&seen());
    let [x, c] = [x, c].map(|own| Partial::whole(batch(own).expect("whole rows")));
    let u = batch(u).expect("whole rows");
    Data { x, c, u }
}

/// A loss with its gradients by all that both models have: by weights of columns, of those that are seen.
fn found<const N: usize>(both: &Both<N>, loss: Loss, columns: &[usize]) -> Vec<f64> {
    let mut all = vec![f64::from(loss.value())];
    let gradients = loss.backward();
    let mut of_columns = |own: Vec<f32>, width: usize| {
        for (column, own) in own.chunks(width).enumerate() {
            match columns.contains(&column) {
                true => all.extend(own.iter().copied().map(f64::from)),
                false => assert!(own.iter().all(|&g| g == 0.0), "{column}: {own:?}"),
            }
        }
    };
    of_columns(gradients.get(&both.from_class.weight).as_vec(), 3);
    of_columns(gradients.get(&both.from_class.bias).as_vec(), 1);
    of_columns(gradients.get(&both.from_cause.weight).as_vec(), 2);
    of_columns(gradients.get(&both.from_cause.bias).as_vec(), 1);
    of_columns(gradients.get(&both.rates.weight).as_vec(), 3);
    of_columns(gradients.get(&both.rates.bias).as_vec(), 1);
    for own in [
        gradients.get(&both.prior.value).as_vec(),
        gradients.get(&both.class.weight).as_vec(),
        gradients.get(&both.class.bias).as_vec(),
        gradients.get(&both.cause.0.weight).as_vec(),
    ] {
        all.extend(own.into_iter().map(f64::from));
    }
    all
}

/// Losses with their gradients of every objective, by enumeration and by draws, of repeated rows and of particles.
fn losses<const N: usize>(
    both: &Both<N>,
    Data { x, c, u }: &Data<N>,
    columns: &[usize],
) -> Result<Vec<Vec<f64>>, Error> {
    let losses = [
        Elbo::default().loss(&both.q(x, c, u))?,
        Elbo::default().particles(3).loss(&both.q(x, c, u))?,
        Elbo::default().free_bits("z", 0.3).loss(&both.q(x, c, u))?,
        Elbo::default()
            .sticking_the_landing()
            .loss(&both.q(x, c, u))?,
        Elbo::default().loss(&both.late(x, c, u))?,
        Elbo::default().loss(&both.rloo(x, c, u))?,
        Elbo::default().loss(&both.scored(x, c, u))?,
        ControlledCapacity::new(2.0, 1.0).loss(&both.q(x, c, u))?,
        ImportanceWeighted::default()
            .particles(4)
            .loss(&both.q(x, c, u))?,
        Renyi::new(0.5).particles(4).loss(&both.q(x, c, u))?,
        WakeSleep::default().particles(4).loss(&both.q(x, c, u))?,
    ];
    Ok(losses
        .into_iter()
        .map(|loss| found(both, loss, columns))
        .collect())
}

#[test]
fn every_objective_is_that_of_the_model_without_the_gaps() -> Result<(), Error> {
    let (all, seen) = ((0..WIDE).collect::<Vec<_>>(), seen());
    let (own, small) = (model::<WIDE>(&all), model::<NARROW>(&seen));
    let expected = losses(&small, &narrow(), &(0..NARROW).collect::<Vec<_>>())?;
    let found = losses(&own, &wide(f32::NAN), &seen)?;
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_all_close(&format!("objective {at}"), found, expected, 3e-6);
    }
    for padding in [f32::NEG_INFINITY, 1e30, 1.0] {
        // A model of its own, for the steps that it has made are part of its noise.
        let own = model::<WIDE>(&all);
        assert_eq!(losses(&own, &wide(padding), &seen)?, found, "{padding}");
    }
    Ok(())
}

#[test]
fn every_evaluation_too() -> Result<(), Error> {
    let (own, small) = (
        model::<WIDE>(&(0..WIDE).collect::<Vec<_>>()),
        model::<NARROW>(&seen()),
    );
    fn run<const N: usize>(both: &Both<N>, Data { x, c, u }: &Data<N>) -> Result<Vec<f64>, Error> {
        let mut all = Elbo::default().evaluate(&both.q(x, c, u))?.rows;
        all.extend(
            Elbo::default()
                .enumerate_up_to(0)
                .evaluate(&both.q(x, c, u))?
                .rows,
        );
        all.extend(LogEvidence::samples(20).evaluate(&both.q(x, c, u))?.rows);
        let marginal = both.q(x, c, u).marginal(BothQ::Y)?.as_vec();
        all.extend(marginal.into_iter().map(f64::from));
        Ok(all)
    }
    let (found, expected) = (run(&own, &wide(f32::NAN))?, run(&small, &narrow())?);
    assert_all_close("evaluations", &found, &expected, 2e-6);
    Ok(())
}

/// Each row has gaps of its own: a row's bound is that of the model without its gaps.
#[test]
fn rows_differ_in_their_gaps() -> Result<(), Error> {
    let all: Vec<usize> = (0..WIDE).collect();
    let (own, small) = (model::<WIDE>(&all), model::<NARROW>(&seen()));
    let [x, c, u] = numbers(&all);
    let seen = seen();
    let is_seen = |row: usize, column: usize| row.is_multiple_of(2) || seen.contains(&column);
    let mask = (0..ROWS).flat_map(|row| all.iter().map(move |&column| (row, column)));
    let mask: Vec<u8> = mask
        .map(|(row, column)| is_seen(row, column).into())
        .collect();
    let partial = |own: &[f32]| -> Result<Partial<Event<WIDE>>, Error> {
        Partial::new(batch(own.to_vec())?, batch(mask.clone())?)
    };
    let u: Batch<Event<2>> = batch(u)?;
    let found = Elbo::default().evaluate(&own.late(&partial(&x)?, &partial(&c)?, &u))?;
    let whole: [Batch<Event<WIDE>>; 2] = [batch(x)?, batch(c)?];
    // A model of its own: the noise counts what a model has looked at.
    let same = model::<WIDE>(&all);
    let even = Elbo::default().evaluate(&same.late(&whole[0], &whole[1], &u))?;
    let Data { x, c, u } = narrow();
    let odd = Elbo::default().evaluate(&small.late(&x, &c, &u))?;
    for row in 0..ROWS {
        let expected = [&even, &odd][row % 2].rows[row];
        assert_all_close("row", &[found.rows[row]], &[expected], 2e-6);
    }
    Ok(())
}

/// A class that is missing from some rows adds nothing there, and its other rows are scored.
#[test]
fn whole_events_are_missing() -> Result<(), Error> {
    let both = || model::<NARROW>(&seen());
    let Data { x, c, u } = narrow();
    let classes: Vec<f32> = (0..ROWS)
        .flat_map(|row| [0, 1, 2].map(|k| f32::from(u8::from(row % 3 == k))))
        .collect();
    let y: Batch<Event<3>> = batch(classes)?;
    let mask: Vec<u8> = (0..ROWS)
        .flat_map(|row| [u8::from(row % 4 != 0); 3])
        .collect();
    let missing = Partial::new(&y, batch(mask)?)?;
    let term = |evaluation: &Evaluation| evaluation.rows.clone();
    let all = term(&Elbo::default().evaluate(&both().labelled(&y, &x, &c, &u))?);
    let some = term(&Elbo::default().evaluate(&both().labelled(&missing, &x, &c, &u))?);
    for row in (0..ROWS).filter(|row| row % 4 != 0) {
        assert_eq!(all[row], some[row], "row {row}");
    }
    let error = {
        let mut mask = vec![1; ROWS * 3];
        mask[16] = 0;
        let part = Partial::new(&y, batch(mask)?)?;
        Elbo::default()
            .loss(&both().labelled(&part, &x, &c, &u))
            .expect_err("a part of a class")
    };
    assert!(
        error.to_string().starts_with(
            "`y` lacks element 1 of row 5, but a OneHotCategorical observation is whole or missing"
        ),
        "{error}"
    );
    Ok(())
}

/// The rest of the commands that take a program.
#[test]
fn probes_explanations_and_joint_values() -> Result<(), Error> {
    let (own, small) = (
        model::<WIDE>(&(0..WIDE).collect::<Vec<_>>()),
        model::<NARROW>(&seen()),
    );
    let Data { x, c, u } = wide(f32::NAN);
    let text = Elbo::default().explain(&own.q(&x, &c, &u)).to_string();
    assert!(
        text.contains("x: observed, p = Bernoulli[21]; log-likelihood of what is observed"),
        "{text}"
    );
    let probe = |padding: f32| -> Result<String, Error> {
        let Data { x, c, u } = wide(padding);
        let elbo = Elbo::default();
        let own = model::<WIDE>(&(0..WIDE).collect::<Vec<_>>());
        let measured = GradientProbe::new(&elbo).measure(&own, &own.scored(&x, &c, &u))?;
        Ok(format!("{measured:?}"))
    };
    assert_eq!(probe(f32::NAN)?, probe(1e30)?);
    let classes: Vec<f32> = (0..ROWS)
        .flat_map(|row| [0, 1, 2].map(|k| f32::from(u8::from(row % 3 == k))))
        .collect();
    let y: Batch<Event<3>> = batch(classes)?;
    let z: Batch<Event<2>> = batch((0..2 * ROWS).map(scattered).map(|z| z as f32).collect())?;
    let ones = |width: usize| vec![1; ROWS * width];
    let [bits, counts, _] = numbers(&(0..WIDE).collect::<Vec<_>>());
    let with_gaps = |own: Vec<f32>, mask: &[f32]| -> Vec<f32> {
        let own = own.into_iter().zip(mask);
        own.map(|(x, &o)| if o == 0.0 { f32::NAN } else { x })
            .collect()
    };
    let joint = BothPJoint {
        y: y.clone(),
        z: z.clone(),
        x: batch(with_gaps(bits, &x.mask().as_vec()))?,
        c: batch(with_gaps(counts, &c.mask().as_vec()))?,
    };
    let observed = BothPJoint {
        y: batch(ones(3))?,
        z: batch(ones(2))?,
        x: x.mask(),
        c: c.mask(),
    };
    let found = own
        .p(&u)
        .log_joint_observed(&joint, &observed)?
        .exact()
        .to_vec();
    let few = narrow();
    let without = BothPJoint {
        y,
        z,
        x: few.x.values().clone(),
        c: few.c.values().clone(),
    };
    let expected = small.p(&few.u).log_joint(&without)?.exact().to_vec();
    assert_all_close("log-joint", &found, &expected, 2e-6);
    Ok(())
}
