use crate::tests::{calls, plans};

#[test]
fn shows_a_variational_auto_encoder() {
    let shown = plans(
        "struct Vae { encoder: Net, decoder: Net }
         generative p { sample z: [200] ~ Coin::fair(); let h = decoder(z); sample x: [784] ~ Coin::logits(h); }
         inference q(x) { let h = encoder(x); sample z ~ Coin::logits(h); }",
    );
    assert_eq!(
        shown,
        ["\
p   z ~ Coin[200]      x ~ Coin[784] | z
q   z ~ Coin | x      observed: x
plan  z: automatic gradient, influences {x}, closed-form KL valid"]
    );
}

#[test]
fn tells_the_inference_models_of_one_generative_model_apart() {
    let shown = plans(
        "struct M2 {}
         generative p { sample y: [10] ~ Die::new(); sample z: [2] ~ Bell::new(); sample x: [4] ~ Coin::new(y, z); }
         inference q(x) { sample y ~ Die::new(x); sample z ~ Bell::new(x, y); }
         inference q_labelled(x, y) { sample z ~ Bell::new(x, y); }",
    );
    assert_eq!(
        shown,
        [
            "\
p   y ~ Die[10]      z ~ Bell[2]      x ~ Coin[4] | y, z
q   y ~ Die | x      z ~ Bell | x, y      observed: x
plan  y: automatic gradient, influences {z, x}, closed-form KL valid
plan  z: automatic gradient, influences {x}, closed-form KL valid",
            "\
p   y ~ Die[10]      z ~ Bell[2]      x ~ Coin[4] | y, z
q_labelled   z ~ Bell | x, y      observed: y, x
plan  z: automatic gradient, influences {x}, closed-form KL valid",
        ]
    );
}

#[test]
fn names_the_estimator_that_the_model_names() {
    for (via, shown) in [
        ("DisArm", "DisArm"),
        ("Rloo { samples: 2 }", "Rloo"),
        ("ScoreFunction::running_mean(0.9)", "ScoreFunction"),
        ("{ DisArm }", "…"),
    ] {
        let plan = &plans(&format!(
            "struct M {{}}
             generative p {{ sample z ~ A(); sample x ~ B(z); }}
             inference q(x) {{ sample z ~ A(x) via {via}; }}"
        ))[0];
        let line = format!("plan  z: {shown} gradient, influences {{x}}, closed-form KL valid");
        assert!(plan.ends_with(&line), "{plan}");
    }
}

#[test]
fn follows_lets_and_shadowing() {
    let shown = plans(
        "struct M { f: Net, w: Parameter<Rank1<2>> }
         generative p(u: [2]) {
             sample z ~ A(w);
             let h = f(u);
             let g = (h, |z| z + 1.0);
             let h = match z { (z,) => z, other => other };
             sample x ~ B(g.0, vec![h; 3], matches!(u, _));
         }
         inference q(x, u) { sample z ~ A(x); }",
    );
    assert_eq!(
        shown,
        ["\
p   z ~ A      x ~ B | u, z
q   z ~ A | x      observed: x
plan  z: automatic gradient, influences {x}, closed-form KL valid"]
    );
}

/// A chain under a mean-field guide: a latent's cost is its Markov blanket's, not all that comes after it.
#[test]
fn charges_a_latent_only_with_what_it_moves() {
    let shown = plans(
        "struct Chain {}
         generative p { sample a ~ D(); sample b ~ D(a); sample c ~ D(b); sample x ~ D(c); }
         inference mean_field(x) { sample c ~ D(x); sample b ~ D(x); sample a ~ D(x); }
         inference filtered(x) { sample a ~ D(x); sample b ~ D(a); sample c ~ D(b, x); }",
    );
    let plan = |shown: &str| shown.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        plan(&shown[0]),
        [
            "plan  a: automatic gradient, influences {b}, closed-form KL valid",
            "plan  b: automatic gradient, influences {c}, closed-form KL valid",
            "plan  c: automatic gradient, influences {x}, closed-form KL valid",
        ]
    );
    assert_eq!(
        plan(&shown[1]),
        [
            "plan  a: automatic gradient, influences {b, c, x}, closed-form KL valid",
            "plan  b: automatic gradient, influences {c, x}, closed-form KL valid",
            "plan  c: automatic gradient, influences {x}, closed-form KL valid",
        ]
    );
}

#[test]
fn names_the_parent_that_makes_a_closed_form_invalid() {
    let shown = plans(
        "struct Reversed {}
         generative p { sample w ~ D(); let h = w * 2.0; sample z ~ D(h); sample x ~ D(z); }
         inference q(x) { sample z ~ D(x); let g = z; sample w ~ D(g); }",
    );
    assert_eq!(
        shown,
        ["\
p   w ~ D      z ~ D | w      x ~ D | z
q   z ~ D | x      w ~ D | z      observed: x
plan  w: automatic gradient, influences {z}, closed-form KL valid
plan  z: automatic gradient, influences {w, x}, closed-form KL invalid: `w`, a parent of `z` in p, descends from `z` in q"]
    );
}

/// The idea of NumPyro's `test_analytic_kl_1`: the guide is the chain z1 → z2 → z3, and eight models have different edges
/// between their latents. Which closed forms are valid?
#[test]
fn closed_forms_are_valid_as_in_numpyro() {
    let table = [
        ("z1() z2() z3()", [true, true, true]),
        ("z1() z2(z1) z3()", [true, true, true]),
        ("z1() z2(z1) z3(z2)", [true, true, true]),
        ("z1() z2(z1) z3(z1,z2)", [true, true, true]),
        ("z2() z1(z2) z3()", [false, true, true]),
        ("z3() z2(z3) z1(z2)", [false, false, true]),
        ("z3() z1(z3) z2(z1)", [false, true, true]),
        ("z1() z3(z1) z2(z1,z3)", [true, false, true]),
    ];
    for (model, valid) in table {
        let sites = model.split(' ').map(|site| site.replacen('(', " ~ D(", 1));
        let sites: String = sites.map(|site| format!("sample {site};")).collect();
        let shown = &plans(&format!(
            "struct M {{}}
             generative p {{ {sites} sample x ~ D(z1, z2, z3); }}
             inference q(x) {{ sample z1 ~ D(x); sample z2 ~ D(z1); sample z3 ~ D(z2); }}"
        ))[0];
        let is_valid = |site: &str| {
            let mut lines = shown.lines();
            let line = lines.find(|line| line.starts_with(&format!("plan  {site}:")));
            line.is_some_and(|line| line.contains("closed-form KL valid"))
        };
        assert_eq!(["z1", "z2", "z3"].map(is_valid), valid, "{shown}");
    }
}

/// A guide without latents is a plan too, and so is one that is given nothing but covariates.
#[test]
fn plans_a_model_that_observes_everything() {
    let shown = plans(
        "struct Regression { f: Net }
         generative p(u: [3]) { let mean = f(u); sample y ~ D(mean); }
         inference q(y, u) {}
         inference prior(u) { sample y ~ D(); }",
    );
    assert_eq!(
        shown,
        [
            "p   y ~ D | u\nq   observed: y",
            "p   y ~ D | u\nprior   y ~ D\nplan  y: automatic gradient, influences {}, closed-form KL valid",
        ]
    );
}

/// A global site is a latent like any other in the graph.
#[test]
fn shows_global_sites() {
    let shown = plans(
        "struct Regression { loc: Parameter<R> }
         generative p(u: [3]) { global sample w: [3] ~ Bell::new(); sample z ~ Bell::new(w); sample x ~ Bell::new(u, w, z); }
         inference q(x, u) { sample w ~ Bell::new(loc); sample z ~ Bell::new(w, x); }",
    );
    assert_eq!(
        shown,
        ["\
p   global w ~ Bell[3]      z ~ Bell | w      x ~ Bell | u, w, z
q   w ~ Bell      z ~ Bell | w, x      observed: x
plan  w: automatic gradient, influences {z, x}, closed-form KL valid
plan  z: automatic gradient, influences {x}, closed-form KL valid"]
    );
}

/// A name that the expression may bind itself tells nothing.
#[test]
fn lists_what_networks_are_called_with() {
    for (read, expected) in [
        ("f(z)", &["f(z: [5, N])"] as &[&str]),
        ("f(u).exp() + f(g(z, z))", &["f(u)", "g(2)"]),
        ("own(f())", &["f(0)"]),
        ("f(z.exp()) + f(bias) + own(z, z)", &[]),
        ("|z| f(z)", &[]),
        ("{ let z = own(z); f(z) }", &[]),
        ("match own(z) { z => f(z) }", &[]),
        ("if let Some(z) = own(z) { f(z) } else { u }", &[]),
    ] {
        let source = format!(
            "struct M {{ f: Net, g: Net, bias: Parameter<Rank1<3>> }}
             generative p(u) {{ sample z: [5, N] ~ D(); let h = {read}; sample x ~ D(h, z, bias); }}
             inference q(x, u) {{ sample z ~ D(f(x)); }}"
        );
        let last = ["f(x)"];
        assert_eq!(calls(&source), [expected, &last].concat(), "{read}");
    }
}
