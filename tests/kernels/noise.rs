//! Counter-based noise: uniform, independent across everything that names it, and equal in pieces.

use elbow::dfdx::shapes::Const;
use elbow::family::{Key, Place, RowRng, Stream};
use elbow::prelude::{Distribution, Normal, RunState};
use elbow_tests::support::statistics::{
    assert_counts, assert_distribution, assert_mean, assert_uncorrelated,
};
use elbow_tests::support::tensors::numbers;

const COUNT: usize = 200_000;

fn stream(seed: u64, step: u64, site: &str, particles: usize) -> Stream {
    let place = Place {
        particles,
        ..Place::default()
    };
    Stream::new(Key::new(seed, step), site, place)
}

/// The first number of every row.
fn firsts(stream: &Stream) -> Vec<f64> {
    (0..COUNT).map(|row| stream.row(row).uniform()).collect()
}

fn cells(values: impl Iterator<Item = usize>, cells: usize) -> Vec<usize> {
    let mut counts = vec![0; cells];
    values.for_each(|cell| counts[cell] += 1);
    counts
}

#[test]
fn uniform_along_a_row_and_across_rows() {
    let mut rng = stream(1, 0, "z", 1).row(0);
    let along: Vec<f64> = (0..COUNT).map(|_| rng.uniform()).collect();
    for (what, values) in [("along", along), ("across", firsts(&stream(1, 0, "z", 1)))] {
        assert!(values.iter().all(|&u| 0.0 < u && u < 1.0), "{what}");
        let counts = cells(values.iter().map(|u| (u * 256.0) as usize), 256);
        assert_counts(what, &counts, &[1.0 / 256.0; 256], 0.06);
        assert_distribution(what, &values, |u| u);
        // The low bits too.
        let low = values
            .iter()
            .map(|u| (u * 4_294_967_296.0) as u64 as usize % 64);
        assert_counts(what, &cells(low, 64), &[1.0 / 64.0; 64], 0.05);
        // And neighbours, in a square.
        let pairs = values
            .chunks_exact(2)
            .map(|p| (p[0] * 16.0) as usize * 16 + (p[1] * 16.0) as usize);
        assert_counts(what, &cells(pairs, 256), &[1.0 / 256.0; 256], 0.09);
    }
}

/// A correlation of 0.023 anywhere would be seen.
#[test]
fn independent_across_places() {
    let base = firsts(&stream(1, 0, "z", 1));
    let others = [
        ("sites", stream(1, 0, "y", 1)),
        ("similar sites", stream(1, 0, "zz", 1)),
        ("steps", stream(1, 1, "z", 1)),
        ("seeds", stream(2, 0, "z", 1)),
        ("seeds and steps swapped", stream(0, 1, "z", 1)),
    ];
    for (what, other) in others {
        assert_uncorrelated(what, &base, &firsts(&other), 0.023);
    }
    assert_uncorrelated("rows", &base[1..], &base[..COUNT - 1], 0.023);
    assert_uncorrelated("rows apart", &base[64..], &base[..COUNT - 64], 0.023);
    let second = |row| {
        let mut rng = stream(1, 0, "z", 1).row(row);
        rng.uniform();
        rng.uniform()
    };
    let seconds: Vec<f64> = (0..COUNT).map(second).collect();
    assert_uncorrelated("elements", &base, &seconds, 0.023);
    let particles = firsts(&stream(1, 0, "z", 2));
    let one = |first: usize| {
        particles
            .iter()
            .skip(first)
            .step_by(2)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_uncorrelated("particles", &one(0), &one(1), 0.032);
}

/// Successive steps of one row: what a training run sees at one pixel.
#[test]
fn independent_along_steps() {
    let run: Vec<f64> = (0..COUNT as u64)
        .map(|step| stream(3, step, "z", 1).row(0).uniform())
        .collect();
    assert_distribution("steps", &run, |u| u);
    assert_uncorrelated("steps", &run[1..], &run[..COUNT - 1], 0.023);
    let seeds: Vec<f64> = (0..COUNT as u64)
        .map(|seed| stream(seed, 0, "z", 1).row(0).uniform())
        .collect();
    assert_distribution("seeds", &seeds, |u| u);
    assert_uncorrelated("seeds", &seeds[1..], &seeds[..COUNT - 1], 0.023);
}

#[test]
fn pieces_equal_the_whole() {
    let key = Key::new(5, 9);
    let (rows, particles) = (6, 4);
    let whole = Place {
        particles,
        ..Place::default()
    };
    let of = Normal::<(Const<3>,)>::new(0.5, 2.0);
    let draws = |place, rows| numbers(&of.sample(rows, &Stream::new(key, "z", place)).value());
    let all = draws(whole, rows * particles);
    // Some rows: data rows 2 to 4 with all their particles.
    let piece = Place {
        first_row: 2,
        ..whole
    };
    assert_eq!(
        draws(piece, 3 * particles),
        all[2 * particles * 3..5 * particles * 3]
    );
    // Some particles: the last two of every data row.
    let piece = Place {
        first_particle: 2,
        particles: 2,
        ..whole
    };
    let expected: Vec<f64> = all
        .chunks(particles * 3)
        .flat_map(|row| row[6..].to_vec())
        .collect();
    assert_eq!(draws(piece, rows * 2), expected);
    // The noise of a wider event begins with the noise of a narrower one.
    let wide = Normal::<(Const<7>,)>::new(0.5, 2.0);
    let wide = numbers(
        &wide
            .sample(rows, &Stream::new(key, "z", Place::default()))
            .value(),
    );
    let narrow = draws(Place::default(), rows);
    for (wide, narrow) in wide.chunks(7).zip(narrow.chunks(3)) {
        assert_eq!(wide[..3], *narrow);
    }
}

#[test]
fn a_run_counts_the_programs_of_a_step() {
    let run = RunState::new(7);
    let key = |seed, step, program| Key {
        seed,
        step,
        program,
    };
    assert_eq!(run.next_key(), key(7, 0, 0));
    assert_eq!(run.next_key(), key(7, 0, 1));
    let copy = run.clone();
    assert_eq!(run.next_key(), copy.next_key());
    assert_eq!(run.next_key(), key(7, 0, 3));
    assert_eq!(copy.key(), key(7, 0, 3));
    run.set_key(key(8, 40, 1));
    assert_eq!(run.key(), key(8, 40, 1));
    assert_eq!(run.next_key(), key(8, 40, 1));
    assert_eq!(run.next_key(), key(8, 40, 2));
}

/// Noise of events: neither the elements of an event nor its rows are copies of each other.
#[test]
fn events_have_noise_of_their_own() {
    type Event = (Const<2>, Const<3>);
    let draw = Normal::<Event>::new(0.0, 1.0).sample(COUNT / 4, &stream(8, 0, "z", 1));
    let values = numbers(&draw.value());
    let element = |k: usize| {
        values
            .iter()
            .skip(k)
            .step_by(6)
            .copied()
            .collect::<Vec<_>>()
    };
    for a in 0..6 {
        assert_mean("element", &element(a), 0.0, 0.05);
        for b in 0..a {
            assert_uncorrelated("elements", &element(a), &element(b), 0.05);
        }
    }
    let _: fn(&mut RowRng) -> f64 = RowRng::uniform;
}
