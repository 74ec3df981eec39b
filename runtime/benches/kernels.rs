//! Kernels alone, at the sizes that training steps have: nanoseconds an element.
//!
//! `cargo bench -p elbow --bench kernels [NAME]` prints the median and the best of many runs, forward
//! and with the backward step, on the threads that `RAYON_NUM_THREADS` allows.

use std::hint::black_box;
use std::time::{Duration, Instant};

use elbow::family::{
    Key, KlDivergence, Param, Place, Reparameterised, Rows, Standard, Stream, Value, detach,
    log_softmax, mean, record,
};
use elbow::prelude::*;

type Pixels = (Const<784>,);
type Units = (Const<200>,);
type Choices = (Const<30>, Const<10>);

const ROWS: usize = 100;
/// Time given to one measurement.
const SLICE: Duration = Duration::from_millis(400);

fn main() {
    let filter = std::env::args().nth(1).filter(|a| !a.starts_with("--"));
    let measure = |name: &str, elements: usize, run: &mut dyn FnMut()| {
        if filter.as_ref().is_none_or(|f| name.contains(f.as_str())) {
            report(name, elements, run);
        }
    };
    println!(
        "{:44}{:>10}{:>10}{:>12}",
        "ns an element", "median", "best", "µs a call"
    );
    bernoulli(&measure);
    concrete(&measure);
    normal(&measure);
    choices(&measure);
    noise(&measure);
}

type Measure<'a> = dyn Fn(&str, usize, &mut dyn FnMut()) + 'a;

fn report(name: &str, elements: usize, run: &mut dyn FnMut()) {
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < SLICE || times.len() < 10 {
        let before = Instant::now();
        run();
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let (median, best) = (times[times.len() / 2], times[0]);
    let each = |seconds: f64| seconds * 1e9 / elements as f64;
    println!(
        "{name:44}{:10.2}{:10.2}{:12.1}",
        each(median),
        each(best),
        median * 1e6
    );
}

/// Numbers of the size of logits, the same in each run.
fn scattered(count: usize) -> Vec<f32> {
    let spread = |i: usize| ((i.wrapping_mul(2_654_435_761) >> 7) % 8191) as f32 / 1024.0 - 4.0;
    (0..count).map(spread).collect()
}

fn rows<E: elbow::family::Event>() -> Value<E> {
    Var::from(tensor(scattered(ROWS * E::ELEMENTS), E::plated(ROWS)))
}

/// Runs forward alone, and with the gradient of the mean.
fn both(measure: &Measure<'_>, name: &str, elements: usize, forward: impl Fn() -> Rows) {
    measure(&format!("{name}, forward"), elements, &mut || {
        black_box(forward());
    });
    measure(&format!("{name}, and backward"), elements, &mut || {
        let (loss, recording) = record(|| mean(&forward()));
        black_box(recording.backward(&loss));
    });
}

/// Of observations, by which nobody wants a gradient: [`detach`] says so, for a copy of them.
fn bernoulli(measure: &Measure<'_>) {
    let logits = rows::<Pixels>();
    let bits = scattered(ROWS * 784)
        .iter()
        .map(|&v| f32::from(v > 0.0))
        .collect();
    let x: Batch<Pixels> = batch(bits).expect("whole rows");
    both(
        measure,
        "Bernoulli log-likelihood 100×784",
        ROWS * 784,
        || Bernoulli::logits(logits.clone()).log_prob(&detach(&Var::from(x.clone()))),
    );
}

fn concrete(measure: &Measure<'_>) {
    let logits = rows::<Units>();
    let noise = stream();
    both(
        measure,
        "Concrete draw and density ratio 100×200",
        ROWS * 200,
        || {
            let q = Concrete::<Units>::new(logits.clone(), 0.5);
            let prior = Concrete::<Units>::new(0.0, 0.5);
            let draw = q.rsample(ROWS, &noise);
            prior.log_prob_of(&draw) - q.log_prob_of(&draw)
        },
    );
}

fn normal(measure: &Measure<'_>) {
    let (loc, log_scale) = (rows::<Units>(), rows::<Units>());
    let q = || Normal::<Units>::new(loc.clone(), log_scale.clone().exp());
    let scale: Value<Units> = log_scale.clone().exp();
    both(measure, "Normal divergence 100×200", ROWS * 200, || {
        let q = Normal::<Units>::new(loc.clone(), scale.clone());
        q.kl_divergence(&Normal::new(0.0, 1.0)).expect("closed")
    });
    let noise = stream();
    both(
        measure,
        "Normal draw and density 100×200",
        ROWS * 200,
        || {
            let q = q();
            q.log_prob_of(&q.rsample(ROWS, &noise))
        },
    );
}

fn choices(measure: &Measure<'_>) {
    let logits = Param::<Choices>::Rows(rows::<Choices>());
    both(measure, "log-softmax 100×(30×10)", ROWS * 300, || {
        let Param::Rows(out) = log_softmax(&logits) else {
            unreachable!("rows were given")
        };
        elbow::family::row_sum(First, [&Param::<Choices>::Rows(out)])
    });
}

/// Something to sum, so that the gradient is not the same everywhere.
#[derive(Clone, Copy)]
struct First;
impl elbow::family::Formula<1> for First {
    #[inline(always)]
    fn eval<R: elbow::family::Real>(&self, [x]: [R; 1]) -> R {
        x.square()
    }
}

fn stream() -> Stream {
    Stream::new(Key::new(1, 2), "z", Place::default())
}

fn noise(measure: &Measure<'_>) {
    let stream = stream();
    let standard = Normal::<Units>::new(0.0, 1.0);
    measure("normal draws 100×200", ROWS * 200, &mut || {
        black_box(standard.sample(ROWS, &stream));
    });
    let standard = Logistic::<Units>::new(0.0, 1.0);
    measure("logistic draws 100×200", ROWS * 200, &mut || {
        black_box(standard.sample(ROWS, &stream));
    });
    let standard = Gumbel::<Units>::new(0.0, 1.0);
    measure("Gumbel draws 100×200", ROWS * 200, &mut || {
        black_box(standard.sample(ROWS, &stream));
    });
    let standard = Uniform::<Units>::new(0.0, 1.0);
    measure("uniform draws 100×200", ROWS * 200, &mut || {
        black_box(standard.sample(ROWS, &stream));
    });
    for (rows, each) in [(ROWS, 200), (32, 10)] {
        for kind in [Standard::Uniform, Standard::Logistic, Standard::Normal] {
            let name = format!("{kind:?} noise {rows}×{each}");
            measure(&name, rows * each, &mut || {
                black_box(stream.numbers(kind, rows, each));
            });
        }
    }
}
