//! Where training starts: groups of rows that are near each other.

use rand::Rng;

use crate::model::SIZE;

/// The rounds of k-means; on a small table it stands still long before.
const ROUNDS: usize = 100;

/// The middles of `count` groups of rows, by k-means from rows drawn far from each other.
///
/// D. Arthur, S. Vassilvitskii, *k-means++: the advantages of careful seeding*, SODA 2007.
pub fn centres(values: &[f32], count: usize, rng: &mut impl Rng) -> Vec<f32> {
    let rows: Vec<&[f32]> = values.chunks(SIZE).collect();
    let mut centres = rows[rng.gen_range(0..rows.len())].to_vec();
    while centres.len() < count * SIZE {
        let distances: Vec<f32> = rows.iter().map(|row| nearest(row, &centres).1).collect();
        let mut left = rng.r#gen::<f32>() * distances.iter().sum::<f32>();
        let drawn = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        centres.extend_from_slice(rows[drawn.unwrap_or(rows.len() - 1)]);
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; centres.len()];
        let mut sizes = vec![0.0_f32; count];
        for row in &rows {
            let (group, _) = nearest(row, &centres);
            sizes[group] += 1.0;
            for (sum, value) in sums[group * SIZE..].iter_mut().zip(*row) {
                *sum += value;
            }
        }
        for (at, centre) in centres.iter_mut().enumerate() {
            // A group that lost all its rows stays where it is.
            if sizes[at / SIZE] > 0.0 {
                *centre = sums[at] / sizes[at / SIZE];
            }
        }
    }
    centres
}

/// The nearest of the centres, and the squared distance to it.
fn nearest(row: &[f32], centres: &[f32]) -> (usize, f32) {
    let distance = |centre: &[f32]| {
        let differences = row.iter().zip(centre);
        differences.map(|(a, b)| (a - b).powi(2)).sum::<f32>()
    };
    let all = centres.chunks(SIZE).map(distance).enumerate();
    all.min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, f32::INFINITY))
}
