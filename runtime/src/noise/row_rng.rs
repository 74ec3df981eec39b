//! The generator of one row.

use rand::RngCore;

/// The bits of one row's noise. It is a [`rand`] generator, so any sampler can draw from it.
#[derive(Clone, Debug)]
pub struct RowRng {
    key: [u32; 2],
    pub(super) counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl RowRng {
    pub(super) fn new(key: [u32; 2], counter: [u32; 4]) -> Self {
        Self {
            key,
            counter,
            block: [0; 4],
            used: 4,
        }
    }

    /// A uniform number strictly between 0 and 1: the middle of one of 2³² equal cells.
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.next_u32()) + 0.5) * (1.0 / 4_294_967_296.0)
    }

    /// A uniform number strictly between 0 and 1 with the digits of `f64`: the middle of one of 2⁵² equal cells.
    pub(crate) fn fine_uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
    }

    /// Logistic(0, 1): the difference of two standard Gumbels.
    pub fn logistic(&mut self) -> f32 {
        let u = self.uniform();
        (u.ln() - (-u).ln_1p()) as f32
    }

    /// Gumbel(0, 1).
    pub fn gumbel(&mut self) -> f32 {
        -(-self.uniform().ln()).ln() as f32
    }
}

impl RngCore for RowRng {
    fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            // No row draws the 2³⁴ numbers after which they repeat.
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) | u64::from(self.next_u32()) << 32
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(4) {
            chunk.copy_from_slice(&self.next_u32().to_le_bytes()[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

/// Ten rounds of Philox4x32: a keyed bijection of the counter.
///
/// A word is the lower half of 64 bits, and the upper half may hold anything. A product is then one vector instruction,
/// without unpacking and packing in each round.
#[inline(always)]
pub(super) fn philox(counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let lower = |wide: u64| wide & 0xFFFF_FFFF;
    let mut counter = counter.map(u64::from);
    for _ in 0..10 {
        let a = lower(counter[0]) * 0xD251_1F53;
        let b = lower(counter[2]) * 0xCD9E_8D57;
        counter = [
            b >> 32 ^ counter[1] ^ u64::from(key[0]),
            b,
            a >> 32 ^ counter[3] ^ u64::from(key[1]),
            a,
        ];
        key[0] = key[0].wrapping_add(0x9E37_79B9);
        key[1] = key[1].wrapping_add(0xBB67_AE85);
    }
    counter.map(|wide| wide as u32)
}

#[cfg(test)]
mod tests {
    use super::philox;

    /// Known answers published with the generator.
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
    }
}
