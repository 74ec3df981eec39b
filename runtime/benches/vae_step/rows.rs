//! The data of the workloads.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use elbow::dfdx::shapes::Const;
use elbow::prelude::{Batch, batch};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, Poisson};

/// This many rows of fixed bits, three in ten of which are 1.
pub fn bits<const PIXELS: usize>(rows: usize) -> Batch<(Const<PIXELS>,)> {
    let mut rng = StdRng::seed_from_u64(0);
    let bits = (0..rows * PIXELS).map(|_| f32::from(u8::from(rng.gen_bool(0.3))));
    batch(bits.collect()).expect("whole rows")
}

/// This many rows of fixed counts with a mean of 3, of which all but one in fifty are zero if they are sparse.
pub fn counts<const COLUMNS: usize>(rows: usize, is_sparse: bool) -> Batch<(Const<COLUMNS>,)> {
    let mut rng = StdRng::seed_from_u64(0);
    let poisson = Poisson::new(3.0_f32).expect("a rate");
    let kept = if is_sparse { 0.02 } else { 1.0 };
    let counts = (0..rows * COLUMNS).map(|_| match rng.gen_bool(kept) {
        true => poisson.sample(&mut rng),
        false => 0.0,
    });
    batch(counts.collect()).expect("whole rows")
}

/// This many rows of fixed numbers between ±1.
pub fn numbers<const COLUMNS: usize>(rows: usize) -> Batch<(Const<COLUMNS>,)> {
    let mut rng = StdRng::seed_from_u64(0);
    let numbers = (0..rows * COLUMNS).map(|_| rng.gen_range(-1.0_f32..1.0));
    batch(numbers.collect()).expect("whole rows")
}

/// Batches of MNIST's training images that a workload takes in turn.
const BATCHES: usize = 20;

/// The first images of MNIST, in batches of this many rows; a pixel is 1 from 128 on. They are read from `train-images…` in
/// `$ELBOW_MNIST`.
///
/// # Errors
/// Fails if the file is not there or too short.
pub fn digits(rows: usize) -> Result<Vec<Batch<(Const<784>,)>>, String> {
    let folder = std::env::var_os("ELBOW_MNIST");
    let folder = folder.ok_or("this workload reads MNIST: set ELBOW_MNIST to its folder")?;
    let path = PathBuf::from(folder).join("train-images.idx3-ubyte.gz");
    let missing = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = std::fs::File::open(&path).map_err(missing)?;
    let mut bytes = vec![0; 16 + BATCHES * rows * 784];
    flate2::read::GzDecoder::new(file)
        .read_exact(&mut bytes)
        .map_err(missing)?;
    let of = |pixels: &[u8]| {
        let bits: Vec<f32> = pixels
            .iter()
            .map(|&p| f32::from(u8::from(p >= 128)))
            .collect();
        batch(bits).expect("whole rows")
    };
    Ok(bytes[16..].chunks_exact(rows * 784).map(of).collect())
}

/// The notes of a piano.
const NOTES: usize = 88;
/// The steps of the longest chorale.
const LONGEST: usize = 129;

/// Chorales as piano rolls, with their numbers of steps.
type Chorales = (Batch<(Const<LONGEST>, Const<NOTES>)>, Batch<()>);

/// The full batches of this many chorales, in the order of the file. They are read from `jsb/train.txt.gz` in `$ELBOW_DATA`.
///
/// # Errors
/// Fails if the file is not there.
pub fn chorales(rows: usize) -> Result<Vec<Chorales>, String> {
    let text = text("jsb/train.txt.gz")?;
    let all: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let batch_of = |songs: &[&str]| {
        let mut notes = vec![0.0; songs.len() * LONGEST * NOTES];
        let mut lengths = Vec::new();
        for (song, roll) in songs.iter().zip(notes.chunks_mut(LONGEST * NOTES)) {
            let steps = song.split(';').zip(roll.chunks_mut(NOTES));
            for (chord, step) in steps {
                let keys = chord.split(',').filter_map(|key| key.parse::<usize>().ok());
                keys.for_each(|key| step[key - 21] = 1.0);
            }
            lengths.push(song.split(';').count() as f32);
        }
        let lengths = batch(lengths).expect("rows");
        (batch(notes).expect("whole rows"), lengths)
    };
    Ok(all.chunks_exact(rows).map(batch_of).collect())
}

/// The letters of the longest word that is read, and its end.
pub const LONGEST_WORD: usize = 24;
/// The symbols of the end of a word and of the first letter by its code point. What is before them pads and starts.
const END: f32 = 2.0;
const FIRST_LETTER: usize = 4;

/// Words as symbols, each with its end, and the numbers of both.
type Words = (Batch<(Const<LONGEST_WORD>,)>, Batch<()>);

/// The first batches of this many words, in the order of the file. They are read from `words/spanish-train.txt.gz` in `$ELBOW_DATA`.
///
/// # Errors
/// Fails if the file is not there.
pub fn words(rows: usize) -> Result<Vec<Words>, String> {
    let text = text("words/spanish-train.txt.gz")?;
    let all: Vec<&str> = text.split_whitespace().collect();
    let letters: BTreeSet<char> = all.iter().flat_map(|word| word.chars()).collect();
    let letters: Vec<char> = letters.into_iter().collect();
    let symbol = |letter: char| {
        let at = letters.binary_search(&letter).expect("one of all letters");
        (at + FIRST_LETTER) as f32
    };
    let batch_of = |words: &[&str]| {
        let mut symbols = vec![0.0; words.len() * LONGEST_WORD];
        let mut lengths = Vec::new();
        for (word, row) in words.iter().zip(symbols.chunks_mut(LONGEST_WORD)) {
            let own = word.chars().map(symbol).chain([END]);
            let length = row.iter_mut().zip(own).map(|(to, own)| *to = own).count();
            lengths.push(length as f32);
        }
        let lengths = batch(lengths).expect("rows");
        (batch(symbols).expect("whole rows"), lengths)
    };
    let batches = all.chunks_exact(rows).take(BATCHES);
    Ok(batches.map(batch_of).collect())
}

/// A text of a folder of data.
fn text(name: &str) -> Result<String, String> {
    let folder = std::env::var_os("ELBOW_DATA");
    let folder = folder.ok_or("this workload reads data: set ELBOW_DATA to their folder")?;
    let path = PathBuf::from(folder).join(name);
    let missing = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(&path).map_err(missing)?;
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .map_err(missing)?;
    Ok(text)
}
