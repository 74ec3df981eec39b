//! Sums of numbers given by their logarithms.

/// `ln Σ e^w`, one `w` at a time, without overflow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSum {
    most: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            most: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    pub(crate) fn add(&mut self, w: f64) {
        if w == f64::NEG_INFINITY {
            return;
        }
        if w > self.most {
            self.sum *= (self.most - w).exp();
            self.most = w;
        }
        self.sum += (w - self.most).exp();
    }

    pub(crate) fn value(&self) -> f64 {
        self.most + self.sum.ln()
    }
}
