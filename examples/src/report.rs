//! `report.json`: what a run was and what came of it.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, write::write_atomically};

/// The result of a run. A number that was not measured, or that is not finite, is `null`.
///
/// ```
/// use elbow_examples::report::Report;
///
/// let mut report = Report::new(&["any", "serialisable", "settings"])?;
/// report.test_elbo = Some(-21.5);
/// report.kl.insert("z".to_owned(), 9.25);
/// report.insert("classification_error", 0.04)?;
/// # Ok::<_, elbow_examples::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The arguments of the run.
    pub settings: Value,
    /// Evidence lower bound of the discrete model on the test data, in nats a row.
    pub test_elbo: Option<f64>,
    /// Importance-sampled log p(x) on the test data, in nats a row.
    pub test_log_evidence: Option<f64>,
    /// Samples a row in `test_log_evidence`.
    pub evidence_samples: Option<usize>,
    /// Minibatches trained for.
    pub steps: usize,
    /// Wall-clock time of training.
    pub seconds: f64,
    /// KL(q ‖ p) on the test data by latent site, in nats a row.
    pub kl: BTreeMap<String, f64>,
    /// Temperature at the last step, where a site was relaxed.
    pub final_temperature: Option<f64>,
    /// What only this example reports. In the file it stands beside the fields above.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Report {
    /// A report without results yet.
    ///
    /// # Errors
    ///
    /// When the settings have no form in JSON.
    pub fn new(settings: &impl Serialize) -> Result<Self, Error> {
        Ok(Self {
            settings: value("settings", settings)?,
            ..Self::default()
        })
    }

    /// Adds a field of the example's own.
    ///
    /// # Errors
    ///
    /// When the value has no form in JSON.
    pub fn insert(&mut self, name: &str, field: impl Serialize) -> Result<(), Error> {
        self.extra.insert(name.to_owned(), value(name, &field)?);
        Ok(())
    }

    /// Writes the report in one step: a reader meets the old file or the whole new one.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let doing = || format!("write the report `{}`", path.display());
        let mut json = serde_json::to_vec_pretty(self).map_err(Error::failed(doing()))?;
        json.push(b'\n');
        write_atomically(path, &json)
    }
}

fn value(name: &str, value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(Error::failed(format!("report `{name}` as JSON")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Report {
        let mut report = Report::new(&json!({ "epochs": 3, "lr": 1e-3 })).unwrap();
        report.test_elbo = Some(-21.5);
        report.steps = 45;
        report.seconds = 1.25;
        report.kl.insert("z".to_owned(), 9.0);
        report.insert("beta", [0.5, 1.0]).unwrap();
        report
    }

    #[test]
    fn comes_back_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/report.json");
        report().save(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report());
    }

    #[test]
    fn fields_have_their_documented_names() {
        assert_eq!(
            serde_json::to_value(report()).unwrap(),
            json!({
                "settings": { "epochs": 3, "lr": 1e-3 },
                "test_elbo": -21.5,
                "test_log_evidence": null,
                "evidence_samples": null,
                "steps": 45,
                "seconds": 1.25,
                "kl": { "z": 9.0 },
                "final_temperature": null,
                "beta": [0.5, 1.0],
            })
        );
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let mut report = report();
        report.test_elbo = Some(f64::NAN);
        assert_eq!(
            serde_json::to_value(report).unwrap()["test_elbo"],
            Value::Null
        );
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_an_error() {
        let error = report()
            .insert("by size", BTreeMap::from([((8, 8), 1)]))
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot report `by size` as JSON: "),
            "{error}"
        );
    }
}
