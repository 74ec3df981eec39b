//! Rows of tables by classes: learned, drawn for all rows, and drawn for each.

use elbow::Error;
use elbow::family::{Event, Value, repeat};
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    assert_all_close, assert_close, backward, gradient_of, numbers, plate, scattered, to_f32,
    weighted,
};

fn values(count: usize, from: usize) -> Vec<f64> {
    (from..from + count)
        .map(|at| f64::from(scattered(at) as f32))
        .collect()
}

/// The numbers at the classes, and the sums of what flows to each row, of one table for all rows.
fn plain(table: &[f64], index: &[f32], width: usize, direction: &[f64]) -> [Vec<f64>; 2] {
    let mut out = Vec::new();
    let mut sums = vec![0.0; table.len()];
    for (&class, way) in index.iter().zip(direction.chunks(width)) {
        let places = class as usize * width..(class as usize + 1) * width;
        out.extend_from_slice(&table[places.clone()]);
        sums[places]
            .iter_mut()
            .zip(way)
            .for_each(|(sum, way)| *sum += way);
    }
    [out, sums]
}

fn classes(count: usize, of: usize) -> Vec<f32> {
    (0..count).map(|at| (at * at % of) as f32).collect()
}

macro_rules! of_one_table {
    ($table:ty, $index:ty, $classes:literal, $width:literal, $rows:literal) => {{
        let own = values($classes * $width, 3);
        let table: Tensor<$table, f32, Device> = tensor(to_f32(&own), Default::default());
        let each = <$index as Event>::ELEMENTS;
        let index = classes($rows * each, $classes);
        let classes: Batch<$index> = batch(index.clone()).expect("rows");
        let direction = values($rows * each * $width, 70);
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let picked = pick(Var::from(&table), Var::from(&classes));
            out = numbers(&picked);
            weighted(picked, &direction)
        });
        let [expected, slopes] = plain(&own, &index, $width, &direction);
        assert_eq!(out, expected);
        let found = gradient_of(&mut grads, &Var::from(&table));
        assert_all_close(stringify!($table), &found, &slopes, 1e-6);
    }};
}

#[test]
fn one_table_is_a_plain_loop() {
    of_one_table!(Rank1<7>, (), 7, 1, 30);
    of_one_table!(Rank2<7, 3>, (), 7, 3, 30);
    of_one_table!(Rank3<5, 3, 2>, (), 5, 6, 30);
    of_one_table!(Rank1<7>, (Const<4>,), 7, 1, 10);
    of_one_table!(Rank2<7, 3>, (Const<4>,), 7, 3, 10);
    of_one_table!(Rank3<1, 2, 2>, (Const<3>,), 1, 4, 10);
}

/// Tables that stand for more rows than are in memory, classes that do, and both.
#[test]
fn tables_for_rows_are_as_if_copied() {
    let run = |table_of: &dyn Fn(&Value<Rank2<4, 3>>) -> Value<Rank2<4, 3>>,
               tables: usize,
               index: &dyn Fn() -> Value<(Const<2>,)>,
               is_copied: bool| {
        let own: Value<Rank2<4, 3>> = plate::<Rank2<4, 3>>(&values(tables * 12, 3));
        let direction = values(24 * 2 * 3, 50);
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let (mut table, mut index) = (table_of(&own), index());
            if is_copied {
                table = Var::from(table.into_tensor());
                index = Var::from(index.into_tensor());
            }
            let picked = pick(table, index);
            out = numbers(&picked);
            weighted(picked, &direction)
        });
        (out, gradient_of(&mut grads, &own))
    };
    let index = |rows: usize| -> Value<(Const<2>,)> {
        plate::<(Const<2>,)>(
            &classes(2 * rows, 4)
                .iter()
                .map(|c| f64::from(*c))
                .collect::<Vec<_>>(),
        )
    };
    let of =
        |times: usize| move |own: &Value<Rank2<4, 3>>| repeat(own, 12, times, (24, Const, Const));
    type Classes = Box<dyn Fn() -> Value<(Const<2>,)>>;
    let all: [(usize, Classes); 4] = [
        (1, Box::new(move || index(24))),
        (3, Box::new(move || index(24))),
        (3, Box::new(move || repeat(&index(8), 2, 3, (24, Const)))),
        (6, Box::new(move || repeat(&index(8), 2, 3, (24, Const)))),
    ];
    for (times, classes) in all {
        let (found, by_table) = run(&of(times), 24 / times, &classes, false);
        let (expected, by_copies) = run(&of(times), 24 / times, &classes, true);
        assert_eq!(found, expected, "{times}");
        assert_all_close("tables", &by_table, &by_copies, 1e-6);
        // Row r reads the table of row r.
        let own = values(24 / times * 12, 3);
        let indices = numbers(&classes());
        for (at, found) in found.chunks(3).enumerate() {
            let start = at / 2 / times * 12 + indices[at] as usize * 3;
            assert_eq!(found, &own[start..start + 3]);
        }
    }
}

#[test]
fn sums_over_a_million_rows_keep_their_digits() {
    const ROWS: usize = 1_000_000;
    let table: Tensor<Rank1<2>, f32, Device> = tensor(vec![1.0, 2.0], (Const,));
    let index: Batch<()> = batch((0..ROWS).map(|row| (row % 2) as f32).collect()).expect("rows");
    let mut grads =
        backward(|| weighted(pick(Var::from(&table), Var::from(&index)), &vec![0.1; ROWS]));
    for slope in gradient_of(&mut grads, &Var::from(&table)) {
        let exact = f64::from(0.1_f32) * ROWS as f64 / 2.0;
        assert_close("a sum", slope / exact, 1.0, 1e-6, 1.0);
    }
}

model! {
    /// Groups with unknown levels, one draw of all for the whole data.
    struct Levels {
        loc: Parameter<Rank1<4>>,
        slopes: Parameter<Rank2<4, 2>>,
    }
    generative p(group: [], u: [2]) {
        global sample level: [4] ~ Normal::new(0.0, 2.0);
        let own = pick(slopes, group);
        sample y ~ Normal::new(pick(level, group) + (own * u).sum_last(), 1.0);
    }
    inference q(y, group, u) {
        sample level ~ Normal::new(loc, 0.5);
    }
}

model! {
    /// The same with one-hot groups and products.
    struct Products {
        loc: Parameter<Rank1<4>>,
        slopes: Parameter<Rank2<4, 2>>,
    }
    generative p(group: [4], u: [2]) {
        global sample level: [4] ~ Normal::new(0.0, 2.0);
        let own = group.clone().matmul(slopes);
        sample y ~ Normal::new((level * group).sum_last() + (own * u).sum_last(), 1.0);
    }
    inference q(y, group, u) {
        sample level ~ Normal::new(loc, 0.5);
    }
}

/// Of a global site every particle reads its own draw.
#[test]
fn a_global_site_is_read_as_by_one_hot_products() -> Result<(), Error> {
    let (mut levels, mut products) = (Levels::new(5), Products::new(5));
    for (loc, slopes) in [
        (&mut levels.loc, &mut levels.slopes),
        (&mut products.loc, &mut products.slopes),
    ] {
        loc.value.copy_from(&to_f32(&values(4, 1)));
        slopes.value.copy_from(&to_f32(&values(8, 20)));
    }
    let y = batch(to_f32(&values(20, 40)))?;
    let u: Batch<(Const<2>,)> = batch(to_f32(&values(40, 60)))?;
    let group = classes(20, 4);
    let hot = group
        .iter()
        .flat_map(|group| (0..4).map(|k| f32::from(u8::from(*group == k as f32))));
    let hot: Batch<(Const<4>,)> = batch(hot.collect())?;
    let group = batch(group)?;
    for particles in [1, 7] {
        let elbo = Elbo::default().whole_data().particles(particles);
        let one = elbo.loss(&levels.q(&y, &group, &u))?;
        let two = elbo.loss(&products.q(&y, &hot, &u))?;
        assert_close(
            "loss",
            f64::from(one.value()),
            f64::from(two.value()),
            1e-6,
            1.0,
        );
        let (one, two) = (one.backward(), two.backward());
        let wide = |values: Vec<f32>| -> Vec<f64> { values.into_iter().map(f64::from).collect() };
        let loc = [one.get(&levels.loc.value), two.get(&products.loc.value)];
        let [found, expected] = loc.map(|slopes| wide(slopes.as_vec()));
        assert_all_close("loc", &found, &expected, 1e-5);
        let slopes = [
            one.get(&levels.slopes.value),
            two.get(&products.slopes.value),
        ];
        let [found, expected] = slopes.map(|slopes| wide(slopes.as_vec()));
        assert_all_close("slopes", &found, &expected, 1e-5);
    }
    Ok(())
}

#[test]
fn a_number_that_is_no_class_is_told_with_its_row() -> Result<(), Error> {
    let table: Tensor<Rank2<3, 2>, f32, Device> = tensor(vec![1.0; 6], (Const, Const));
    for wrong in [3.0, -1.0, 0.5, f32::INFINITY] {
        let index: Batch<()> = batch(vec![0.0, 2.0, wrong, 1.0])?;
        let picked = pick(Var::from(&table), Var::from(&index)).as_vec();
        assert!(picked[4..6].iter().all(|x| x.is_nan()));
        assert!(picked[..4].iter().chain(&picked[6..]).all(|x| *x == 1.0));
    }
    let model = Levels::new(1);
    let (y, u): (Batch<()>, Batch<(Const<2>,)>) = (batch(vec![0.0; 6])?, batch(vec![0.0; 12])?);
    let group = batch(vec![0.0, 1.0, 2.0, 3.0, 7.0, 1.0])?;
    for particles in [1, 5] {
        let elbo = Elbo::default().whole_data().particles(particles);
        let error = elbo.loss(&model.q(&y, &group, &u)).expect_err("no group");
        let said = error.to_string();
        let expected = "at site `y`, Normal: `loc` is NaN in row 4: it is read from row 7 of a table of 4, whose rows are 0 to 3";
        assert_eq!(said, expected);
    }
    // A later run has its own reasons.
    let mut broken = Levels::new(1);
    broken.slopes.value.copy_from(&[f32::NAN; 8]);
    let group = batch(vec![0.0; 6])?;
    let error = Elbo::default()
        .whole_data()
        .loss(&broken.q(&y, &group, &u))
        .expect_err("NaN");
    assert!(!error.to_string().contains("table"), "{error}");
    Ok(())
}

model! {
    /// Letters and what they spell.
    struct Letters {
        embed: (Embedding<3, 2>, ToEvent<Rank1<4>>, Linear<4, 1>),
    }
    generative p(word: [2]) {
        sample x: [1] ~ Normal::new(embed(word), 1.0);
    }
    inference q(x, word) {}
}

#[test]
fn a_number_that_is_no_symbol_is_told_too() -> Result<(), Error> {
    let model = Letters::new(1);
    let x: Batch<(Const<1>,)> = batch(vec![0.0; 3])?;
    let word: Batch<(Const<2>,)> = batch(vec![0, 1, 2, 0, 1, 5])?;
    let error = Elbo::default()
        .loss(&model.q(&x, &word))
        .expect_err("no symbol");
    assert!(
        error
            .to_string()
            .contains("row 2: it is read from row 5 of a table of 3"),
        "{error}"
    );
    Ok(())
}
