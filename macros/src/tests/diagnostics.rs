//! Every message, and that one slip makes one of it.

use super::{mistakes, warnings, warnings_by_type};

/// A sound model with one part exchanged.
fn with(part: &str, exchanged: &str) -> String {
    let sound = "
        pub struct Vae<const N: usize> { encoder: Net<N, 2>, decoder: Net<2, N>, prior: Parameter<Rank1<2>> }
        generative p(u: [3]) {
            sample z: [2] ~ Coin::logits(prior);
            let h = decoder(z, u);
            sample x: [N] ~ Coin::logits(h);
        }
        inference q(x, u) {
            sample z ~ Coin::logits(encoder(x)) via Relaxed::at(0.5);
        }";
    assert!(sound.contains(part), "no `{part}` in the sound model");
    sound.replacen(part, exchanged, 1)
}

fn assert_says(source: &str, expected: &[&str]) {
    assert_eq!(mistakes(source), expected, "in {source}");
}

#[test]
fn the_sound_model_is_sound() {
    assert_says(&with("", ""), &[]);
    assert_eq!(warnings(&with("", "")), [""; 0]);
}

#[test]
fn structs() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "const N: usize",
            "const N: i32",
            "a size is a `usize`, and `N` is of type `i32`",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: Net<N, 2> = 0.5",
            "`encoder` is a layer, which draws the numbers that it starts with",
        ),
        (
            "prior: Parameter<Rank1<2>>",
            "prior: Tensor<Rank1<2>>",
            "the field `prior` is a tensor, and does not say that it is learned",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: (Tanh, Net<N * 2, 2>)",
            "`N * 2` is computed, and a layer's size is a number or a name",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: (Net<N, 2> Tanh)",
            "the layers of a tuple are separated by commas, and none stands before `Tanh`",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: (Tanh, (Tanh Net<N, 2>))",
            "the layers of a tuple are separated by commas, and none stands before `Net`",
        ),
        (
            "encoder: Net<N, 2>",
            "# of the guide
 encoder: Net<N, 2>",
            "`#` begins no comment in Rust",
        ),
        (
            "decoder: Net<2, N>,",
            "decoder: Net<2, N>, # of the model
",
            "`#` begins no comment in Rust",
        ),
        (
            "pub struct",
            "# the model
 pub struct",
            "`#` begins no comment in Rust",
        ),
        (
            "pub struct Vae<const N: usize> {",
            "pub struct Vae<const N: usize, T> {",
            "the struct has a type parameter `T`, but only const parameters are supported",
        ),
        (
            "pub struct Vae<const N: usize> {",
            "pub struct Vae<'a, const N: usize> {",
            "the struct has a lifetime parameter `'a`, but it owns its modules",
        ),
        (
            "usize> {",
            "usize> where Net: Copy {",
            "the struct has a `where` clause, but has no type parameter that it could bound",
        ),
        (
            "decoder: Net<2, N>,",
            "decoder: Net<2, N>, encoder: Net,",
            "the struct has two fields named `encoder`",
        ),
        (
            "encoder: Net<N, 2>",
            "n: usize, encoder: Net<N, 2>",
            "the field `n` is neither a network nor a parameter, but a plain value",
        ),
        (
            "encoder: Net<N, 2>",
            "name: &'static str, encoder: Net<N, 2>",
            "the field `name` is neither a network nor a parameter, but a plain value",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: (Net<N, 2>, std::string::String)",
            "the field `encoder` is neither a network nor a parameter, but a plain value",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: [Net<N, 2>, Tanh]",
            "layers one after another are a tuple, and no list",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder: Row(Net<N, 2>, Tanh)",
            "`Row` has no place here: layers one after another are a tuple",
        ),
        (
            "encoder: Net<N, 2>",
            "encoder Net<N, 2>",
            "this part of the struct cannot be read: expected `:`",
        ),
    ];
    for (part, exchanged, sentence) in cases {
        assert_says(&with(part, exchanged), &[sentence]);
    }
    assert_says(
        "",
        &["`model!` begins with the struct that holds the learned modules"],
    );
    assert_says(
        "generative p {}",
        &["`model!` begins with the struct that holds the learned modules"],
    );
    assert_says(
        "struct Vae; generative p { sample x ~ D(); } inference q(x) {}",
        &["the struct `Vae` has no fields in braces"],
    );
}

#[test]
fn programs() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "generative p(u: [3])",
            "# the model
 generative p(u: [3])",
            "`#` begins no comment in Rust",
        ),
        (
            "generative p(u: [3])",
            "generative p(x, u: [3], z)",
            "`x` and `z` are sampled in `p`, and cannot be given to it as well",
        ),
        (
            "inference q(x, u) {",
            "generative r {} inference q(x, u) {",
            "`r` is a second generative model, and a `model!` block has one",
        ),
        (
            "inference q(x, u) {",
            "inference q(x, u, z) {} inference q(x, u) {",
            "there are two programs named `q`",
        ),
        (
            "inference q(",
            "inference new(",
            "a program cannot be named `new`: the struct has a method of that name",
        ),
        (
            "inference q(x, u) {",
            "inference q_latents(x, u, z) {} inference q(x, u) {",
            "the program `q` would generate a second type named `VaeQLatents`",
        ),
        (
            "inference q(x, u) {",
            "inference q_posterior(x, u, z) {} inference q(x, u) {",
            "the program `q` would generate a second type named `VaeQPosterior`",
        ),
        (
            "generative p(",
            "generativ p(",
            "after the struct come one `generative` model and the `inference` models",
        ),
        (
            "inference q(",
            "posterior q(",
            "after the struct come one `generative` model and the `inference` models",
        ),
        (
            "inference q(",
            "= inference q(",
            "after the struct come one `generative` model and the `inference` models",
        ),
        (
            "inference q(x, u) {",
            "inference (x, u) {",
            "this `inference` lacks a name or a body",
        ),
        (
            "inference q(x, u) {",
            "inference r(x, u); inference q(x, u) {",
            "this `inference` lacks a name or a body",
        ),
        (
            "p(u: [3])",
            "p(u = [3])",
            "an argument is a name, and in the generative model its event shape",
        ),
        ("p(u: [3])", "p(u: [3], u)", "`u` is an argument already"),
        (
            "q(x, u)",
            "q(x, u, y)",
            "`y` is neither a site nor a covariate of the generative model `p`",
        ),
        (
            "q(x, u)",
            "q(y, u)",
            "`y` is neither a site nor a covariate of the generative model `p`",
        ),
        (
            "q(x, u)",
            "q(x, conditions)",
            "`conditions` is neither a site nor a covariate of the generative model `p`",
        ),
        (
            "q(x, u)",
            "q(x)",
            "the inference model `q` is not given the covariate `u`",
        ),
        (
            "q(x, u)",
            "q(x: [7], u: [3])",
            "`x` is declared `[N]` in the generative model",
        ),
        (
            "sample z ~",
            "sample z: [3] ~",
            "`z` is declared `[2]` in the generative model",
        ),
        (
            "[N]",
            "[2, 2, 2, N]",
            "an event has at most three axes, and this one has 4",
        ),
        (
            "[N]",
            "[2u8]",
            "the size of an axis is a whole number, a `usize`",
        ),
        (
            "[N]",
            "[N, -1]",
            "the size of an axis is a whole number, a `usize`",
        ),
        (
            "u: [3]",
            "u: [3.0]",
            "the size of an axis is a whole number, a `usize`",
        ),
        ("[N]", "[0]", "an axis has at least one element"),
        (
            "u: [3]",
            "u: [2, 0usize]",
            "an axis has at least one element",
        ),
        ("[N]", "N", "an event shape is a list of sizes in brackets"),
    ];
    for (part, exchanged, sentence) in cases {
        assert_says(&with(part, exchanged), &[sentence]);
    }
    assert_says(
        "struct M {} inference q {}",
        &["`M` has no generative model"],
    );
    assert_says(
        "struct M {} generative p {}",
        &["`M` has no inference model, so nothing of it is observed"],
    );
}

#[test]
fn statements() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "sample z ~",
            "# the posterior
 sample z ~",
            "`#` begins no comment in Rust",
        ),
        (
            "sample z ~ Coin::logits(encoder(x)) via Relaxed::at(0.5)",
            "let z = pyro.sample(\"z\", Coin::logits(encoder(x)))",
            "`sample` is no function: a site is drawn by a statement of its own",
        ),
        (
            "sample x: [N] ~ Coin::logits(h);",
            "numpyro.sample(\"x\", Coin::logits(h), obs=x);",
            "`sample` is no function: a site is drawn by a statement of its own",
        ),
        (
            "let h = decoder",
            "h += decoder",
            "only a loop assigns to a variable, and `h` is given a value by `=` outside of one",
        ),
        (
            "logits(h);",
            "logits(h).to_event(1);",
            "a family has no `to_event`: all axes of a site belong to one event",
        ),
        (
            "sample z: [2] ~",
            "z: [2] ~",
            "the site `z` is drawn without `sample`",
        ),
        (
            "sample z: [2] ~",
            "let z ~",
            "the site `z` is drawn without `sample`",
        ),
        (
            "sample z ~",
            "z ~",
            "the site `z` is drawn without `sample`",
        ),
        (
            "sample z ~",
            "sample z =",
            "the site `z` is given its distribution by `=`, which is for `let`",
        ),
        (
            "sample z ~",
            "z =",
            "only a loop assigns to a variable, and `z` is given a value by `=` outside of one",
        ),
        (
            "let h = decoder",
            "h = decoder",
            "only a loop assigns to a variable, and `h` is given a value by `=` outside of one",
        ),
        (
            "(prior);",
            "(prior)",
            "this statement does not end with `;`",
        ),
        ("(z, u);", "(z, u)", "this statement does not end with `;`"),
        ("(h);", "(h)", "this statement does not end with `;`"),
        ("(prior);", "(prior),", "this statement ends with `,`"),
        ("(z, u);", "(z, u),", "this statement ends with `,`"),
        ("(h);", "(h),", "this statement ends with `,`"),
        (
            "sample x: [N]",
            "observe x: [N]",
            "there is no `observe`: what is observed is decided by each inference model's arguments",
        ),
        (
            "sample z ~",
            "observe x; sample z ~",
            "there is no `observe`: what is observed is decided by each inference model's arguments",
        ),
        (
            "q(x, u) {",
            "q(u) { observe x;",
            "there is no `observe`: what is observed is decided by each inference model's arguments",
        ),
        (
            "sample z ~",
            "observe x ~ D(); sample z ~",
            "there is no `observe`: what is observed is decided by each inference model's arguments",
        ),
        (
            "sample z: [2] ~ Coin::logits(prior);",
            "for i in 0..3 { sample z ~ D(); }",
            "the loop samples `z` at every step, and the step is not said",
        ),
        (
            "let h = decoder(z, u);",
            "if true { sample h ~ D(z); } else { sample h ~ D(u); }",
            "a body has no `if` around statements: every row has the same sites",
        ),
        (
            "let h = decoder(z, u);",
            "match z { _ => h }",
            "a body has no `match` around statements: every row has the same sites",
        ),
        (
            "let h = decoder(z, u);",
            "while true { sample h ~ D(z); }",
            "a body has no `while`: the number of steps is known before the loop",
        ),
        (
            "sample z ~",
            "println!(\"{z:?}\"); sample z ~",
            "`println!` is not a statement of a model, which only samples and names values",
        ),
        (
            "let h = decoder(z, u);",
            "plate(3) { sample h ~ D(z); }",
            "there is no `plate`: the rows of the data are independent by themselves",
        ),
        (
            "let h = decoder(z, u);",
            "with plate(3) { sample h ~ D(z); }",
            "there is no `with`: the rows of the data are independent by themselves",
        ),
        (
            "logits(h);",
            "logits(h), obs = x;",
            "there is no `obs = …`: what is observed is decided by each inference model's arguments",
        ),
        (
            "logits(h);",
            "logits(h, obs=x);",
            "there is no `obs = …`: what is observed is decided by each inference model's arguments",
        ),
        (
            "logits(h);",
            "logits(h) obs = x;",
            "there is no `obs = …`: what is observed is decided by each inference model's arguments",
        ),
        (
            "logits(h);",
            "logits(h = h, u = u);",
            "`h` is given by its name, and Rust knows arguments by their places",
        ),
        (
            "encoder(x)",
            "encoder(h = x)",
            "`h` is given by its name, and Rust knows arguments by their places",
        ),
        (
            "let h = decoder(z, u);",
            "let h, g = decoder(z, u);",
            "several names of one `let` stand in parentheses",
        ),
        (
            "decoder(z, u)",
            "f(|a @ b| decoder(z @ u))",
            "Rust has no operator `@`",
        ),
        (
            "via Relaxed::at(0.5);",
            "z",
            "this is not Rust that can be read: unexpected token",
        ),
        (
            "~ Coin::logits(prior)",
            "~ Coin(prior)",
            "`Coin` is a family, and is made by one of its constructors",
        ),
        (
            "logits(h);",
            "logits(weights = h);",
            "`weights` is given by its name, and Rust knows arguments by their places",
        ),
        (
            "sample z: [2] ~",
            "sampel z: [2] ~",
            "this is not a statement of a model",
        ),
        (
            "sample z ~",
            "Sample z ~",
            "this is not a statement of a model",
        ),
        (
            "sample z: [2] ~",
            "sample ~",
            "this `sample` does not name a site",
        ),
        (
            "sample z: [2] ~",
            "sample z",
            "the site `z` has no `~` before its distribution",
        ),
        (
            "sample z: [2] ~",
            "sample z[2] ~",
            "an event shape is a list of sizes in brackets",
        ),
        (
            "~ Coin::logits(prior);",
            "~ ;",
            "nothing follows on the right-hand side",
        ),
        (
            "let h = decoder(z, u);",
            "let h = ;",
            "nothing follows on the right-hand side",
        ),
        (
            "let h = decoder(z, u);",
            "let h;",
            "nothing follows on the right-hand side",
        ),
        (
            "via Relaxed::at(0.5)",
            "via",
            "`via` is not followed by an estimator",
        ),
        (
            "~ Coin::logits(prior);",
            "~ Coin::logits(prior) +;",
            "this is not Rust that can be read: unexpected end of input, expected an expression",
        ),
        (
            "let h = decoder(z, u);",
            "let h = decoder(z, u) 3;",
            "this is not Rust that can be read: unexpected token",
        ),
        (
            "sample z ~",
            "#[cfg(x)] sample z ~",
            "a `sample` statement takes no attribute but docs",
        ),
    ];
    for (part, exchanged, sentence) in cases {
        assert_says(&with(part, exchanged), &[sentence]);
    }
}

/// A keyword that is to name a site is one mistake, wherever else it stands.
#[test]
fn keywords_name_nothing() {
    let keyword = with("", "").replace("z", "type").replace("x", "match");
    assert_says(
        &keyword,
        &[
            "`type` is a word of Rust's own, and cannot name a site",
            "`match` is a word of Rust's own, and cannot name a site",
        ],
    );
    assert_says(
        &with("p(u: [3])", "p(in: [3])")
            .replace("(z, u)", "(z, in)")
            .replace("x, u", "x, in"),
        &["`in` is a word of Rust's own, and cannot name a site"],
    );
}

#[test]
fn expressions() {
    let branches = |name: &str| {
        format!(
            "a body cannot branch on a draw: `{name}` is a tensor, and each of its rows would go another way"
        )
    };
    let compares = |name: &str| {
        format!(
            "a draw cannot be compared: `{name}` is a tensor, and each of its rows would give another answer"
        )
    };
    let (compared_h, compared_z, a) = (compares("h"), compares("z"), branches("a"));
    let compared_loc = compares("loc");
    let (z, h, w, prior) = (
        branches("z"),
        branches("h"),
        branches("w"),
        branches("prior"),
    );
    let cases: &[(&str, &str, &str)] = &[
        (
            "logits(h)",
            "logits(h * (1.0 / 2))",
            "`2` is a whole number, and Rust computes with no number of another kind",
        ),
        (
            "logits(h)",
            "logits(3 - 0.5)",
            "`3` is a whole number, and Rust computes with no number of another kind",
        ),
        (
            "logits(h)",
            "logits(torch.exp(h))",
            "`torch` is a package of Python, and a model has none",
        ),
        (
            "logits(h)",
            "logits(nn.functional.relu(h))",
            "`nn` is a package of Python, and a model has none",
        ),
        (
            "logits(h)",
            "logits(torch::nn::relu(h))",
            "`torch` is a package of Python, and a model has none",
        ),
        (
            "Coin::logits(h)",
            "dist.Coin(h)",
            "`dist` is a package of Python, and a model has none",
        ),
        (
            "logits(h)",
            "logits(h.view(4))",
            "`h` is a tensor, and has no `view`",
        ),
        ("logits(h)", "logits(if h > 0.0 { h } else { u })", &h),
        ("logits(h)", "logits(match z { 0.0 => h, _ => u })", &z),
        (
            "logits(h)",
            "logits({ let a = |b| if b > z { b } else { h }; a(u) })",
            &z,
        ),
        (
            "logits(h)",
            "logits(match N { n if h > n => h, _ => u })",
            &h,
        ),
        ("logits(h)", "logits({ while f(h) < 1.0 {} h })", &h),
        (
            "logits(h)",
            "logits({ if N > 2 && z > 1.0 { h } else { u } })",
            &z,
        ),
        (
            "logits(prior)",
            "logits(if prior > 0.0 { prior } else { 1.0 })",
            &prior,
        ),
        (
            "logits(h)",
            "logits(match h > 0.0 { true => z, false => u })",
            &h,
        ),
        (
            "logits(h)",
            "logits({ let w = 3; h }); let w = z + u; let v = if w > 0.0 { 1.0 } else { 0.0 }",
            &w,
        ),
        (
            "logits(h)",
            "logits({ let a = z; if a > 0.0 { h } else { u } })",
            &a,
        ),
        (
            "logits(h)",
            "logits({ let a: T = 2.0 * z.exp(); match a { 0.0 => h, _ => u } })",
            &a,
        ),
        ("logits(h)", "logits(f(h == u))", &compared_h),
        (
            "logits(h)",
            "logits({ let a = -z.exp() * 2.0 >= 1.0; f(a) })",
            &compared_z,
        ),
        ("logits(h)", "logits(f(0.5 < decoder(z, u)))", &compared_z),
        (
            "logits(h)",
            "logits(h); let (loc, scale) = decoder(z, u); let a = loc < 3.0",
            &compared_loc,
        ),
        (
            "logits(h)",
            "logits({ let (loc, scale) = decoder(z, u); let a = loc != scale; h })",
            &compared_loc,
        ),
        (
            "decoder(z, u)",
            "return decoder(z, u)",
            "a body is no function of yours: nothing can `return` from it",
        ),
        (
            "logits(prior)",
            "logits({ if N > 2 { return } prior })",
            "a body is no function of yours: nothing can `return` from it",
        ),
        (
            "decoder(z, u)",
            "decoder(z, u)?",
            "a body is no function of yours: `?` has nowhere to return to",
        ),
        (
            "encoder(x)",
            "encoder(&x)",
            "`encoder` takes a tensor, and not a reference to one",
        ),
        (
            "decoder(z, u)",
            "decoder(z, &u)",
            "`decoder` takes a tensor, and not a reference to one",
        ),
        (
            "encoder(x)",
            "encoder(h)",
            "`h` is a `let` of `p`, which `q` does not see",
        ),
        (
            "encoder(x)",
            "encoder(x)[0]",
            "this is a tensor, and no list with an index",
        ),
        (
            "logits(prior)",
            "logits(f(|a| a + prior[1..N]))",
            "`prior` is a tensor, and no list with an index",
        ),
        (
            "logits(h)",
            "logits({ let a = -h; a[0] })",
            "`a` is a tensor, and no list with an index",
        ),
        (
            "logits(h)",
            "logits(h / u.len())",
            "`u` is a tensor, and has no `len`",
        ),
        (
            "logits(h)",
            "logits((2.0 * h).log())",
            "this is a tensor, and has no `log`",
        ),
        (
            "logits(h)",
            "logits(h.softmax(1))",
            "`softmax` takes no axis",
        ),
        (
            "logits(h)",
            "logits(f(z ** 2))",
            "Rust has no operator `**`",
        ),
    ];
    for (part, exchanged, sentence) in cases {
        assert_says(&with(part, exchanged), &[sentence]);
    }
}

/// What depends on no tensor decides, and so does how a variable is built.
#[test]
fn what_is_allowed_in_expressions() {
    for (part, exchanged) in [
        ("logits(h)", "logits(math::exp(h))"),
        ("logits(h)", "logits({ let np = h; np.exp() })"),
        ("logits(h)", "logits(h * F.exp().powf(0.5))"),
        ("logits(h)", "logits(torch(h))"),
        ("logits(h)", "mine(heads(h))"),
        ("logits(h)", "logits(if N > 2 { h } else { u })"),
        (
            "logits(h)",
            "logits({ let deep = N > 2; if deep { h } else { u } })",
        ),
        ("logits(h)", "logits(match N { 0 => h, _ => u })"),
        (
            "logits(h)",
            "logits({ let n = parts(z).len(); if n > 3 { h } else { u } })",
        ),
        (
            "logits(h)",
            "logits({ let far = norm(z) > 3.0; f(h, far) })",
        ),
        (
            "logits(h)",
            "logits({ let z = 2; let far = z > 3; f(h, far) })",
        ),
        (
            "logits(h)",
            "logits({ let (a, n) = (z, 3); let far = n > 3; f(a, far) })",
        ),
        ("logits(h)", "logits(if let Some(g) = h { g } else { u })"),
        ("logits(h)", "logits(match h { Some(g) => g, None => u })"),
        ("logits(h)", "logits(match decoder(z) { (loc, _) => loc })"),
        ("logits(h)", "logits(if h.is_some() { z } else { u })"),
        (
            "logits(h)",
            "logits(if true { h } else { if false { z } else { u } })",
        ),
        (
            "logits(h)",
            "logits({ let f = |z| if z > 2.0 { 1.0 } else { 0.0 }; h * f(3.0) })",
        ),
        (
            "logits(h)",
            "logits({ let f = |a| { return a + g(a)?; }; f(h) })",
        ),
        ("encoder(x)", "encoder({ let h = x; h })"),
        ("let h = decoder(z, u);", "let h = h(z);"),
        ("logits(h)", "logits(elbow::norm(N == 2))"),
        ("logits(h)", "logits({ let parts = [z, u]; parts[0] })"),
        ("logits(h)", "logits(f(z)[0] + SIZES[1])"),
        ("logits(h)", "logits(f(z).log() + h.sum() + h.powi(2))"),
        ("logits(h)", "logits(f(|a, b| a * *b))"),
        ("logits(h)", "logits(match N { a @ 1 => h, _ => u })"),
        ("let h = decoder(z, u);", "let (h, g) = decoder(z, u);"),
    ] {
        assert_says(&with(part, exchanged), &[]);
    }
    let own_function = with("let h = decoder(z, u);", "let h = h(z);");
    assert_says(&own_function.replace("encoder(x)", "h(x)"), &[]);
}

#[test]
fn names() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "sample z ~ Coin::logits(encoder(x)) via Relaxed::at(0.5)",
            "let z = Coin::logits(encoder(x)).sample()",
            "a `let` draws nothing, and `z` is a site that is to be sampled here",
        ),
        (
            "sample x: [N]",
            "sample z: [2] ~ D(); sample x: [N]",
            "the site `z` is sampled twice in `p`",
        ),
        (
            "via Relaxed",
            "; sample z ~ D() via Relaxed",
            "the site `z` is sampled twice in `q`",
        ),
        (
            "sample z ~",
            "sample w ~ D(); sample z ~",
            "`w` is sampled here, but is no site of the generative model `p`",
        ),
        (
            "sample z ~",
            "sample zz ~",
            "`zz` is sampled here, but is no site of the generative model `p`",
        ),
        (
            "sample z ~",
            "sample x ~ D(); sample z ~",
            "`x` is observed in `q`, and cannot also be sampled in it",
        ),
        (
            "sample z ~",
            "sample u ~ D(); sample z ~",
            "`u` is a covariate: it is given, never sampled",
        ),
        (
            "sample z: [2]",
            "sample u: [2] ~ D(); sample z: [2]",
            "`u` is sampled in `p`, and cannot be given to it as well",
        ),
        (
            "logits(prior)",
            "logits(x)",
            "the sites `z` and `x` depend on each other",
        ),
        (
            "logits(prior)",
            "logits(z)",
            "the site `z` depends on itself",
        ),
        (
            "encoder(x)",
            "encoder(x) + z",
            "the site `z` depends on itself",
        ),
        (
            "sample z ~ Coin::logits(encoder(x))",
            "let h = z + x; sample z ~ Coin::logits(h)",
            "the site `z` depends on itself",
        ),
        (
            "sample z: [2] ~ Coin::logits(prior);",
            "let w = x; sample z: [2] ~ Coin::logits(prior);",
            "the site `x` is read before it is sampled in `p`",
        ),
        (
            "q(x, u)",
            "q(u)",
            "`x` is read here, but `q` is neither given it nor samples it",
        ),
        (
            "sample z ~ Coin::logits(encoder(x)) via Relaxed::at(0.5);",
            "",
            "the site `z` is neither given to the inference model `q` nor sampled in it",
        ),
        (
            "let h = decoder(z, u);",
            "let h = decoder(z, u); let encoder = h;",
            "`encoder` is already a field of the struct",
        ),
        (
            "let h = decoder(z, u);",
            "let h = decoder(z, u); let (x, y) = h;",
            "this `let` hides `x`, a site or covariate of the generative model",
        ),
        (
            "sample z ~",
            "let u = x; sample z ~",
            "this `let` hides `u`, a site or covariate of the generative model",
        ),
        (
            "logits(prior)",
            "logits(prior())",
            "the parameter `prior` is called, but it is a tensor and not a module",
        ),
        (
            "encoder(x)",
            "x(encoder)",
            "`x` is called, but it is a tensor and not a module",
        ),
        (
            "decoder(z, u)",
            "z(decoder, u)",
            "`z` is called, but it is a tensor and not a module",
        ),
        (
            "encoder(x)",
            "self.encoder(x)",
            "there is no `self` in a body: the field `encoder` is read by its name alone",
        ),
        (
            "logits(prior)",
            "logits(self.prior * 2.0)",
            "there is no `self` in a body: the field `prior` is read by its name alone",
        ),
        (
            "(prior);",
            "(prior) via Relaxed;",
            "a generative model has no estimators: `via` belongs to an inference model",
        ),
    ];
    for (part, exchanged, sentence) in cases {
        assert_says(&with(part, exchanged), &[sentence]);
    }
}

/// To Rust `r#z` and `z` are one name; `r#type` has no other.
#[test]
fn raw_names_are_the_names_that_they_are() {
    for (part, exchanged) in [
        ("sample z: [2]", "sample r#z: [2]"),
        ("decoder(z, u)", "r#decoder(r#z, { r#u })"),
        ("q(x, u)", "q(r#x, r#u)"),
        ("sample z ~", "sample r#z ~"),
        ("prior: Parameter", "r#prior: Parameter"),
    ] {
        assert_says(&with(part, exchanged), &[]);
    }
    assert_says(
        &with("sample z ~", "sample r#z ~ D(); sample z ~"),
        &["the site `z` is sampled twice in `q`"],
    );
    assert_says(
        &with(
            "inference q(x, u) {",
            "inference r#p(x, u, z) {} inference q(x, u) {",
        ),
        &["there are two programs named `p`"],
    );
    let keyword = with("", "").replace("sample z", "sample r#type");
    assert_says(&keyword.replace("(z, u)", "(r#type, u)"), &[]);
}

/// A closure that reads tensors may be used up to the next draw, in that draw's own statement too.
#[test]
fn global_sites() {
    let with = |prior: &str, guide: &str| {
        format!(
            "struct M {{ loc: Parameter<Rank1<4>>, f: Net }}
             generative p(u) {{
                 global sample t ~ D(); let h = t * 2.0; let g = u + t; let near = |a| a + t;
                 {prior}
                 sample z ~ D(w); sample x ~ D(z, w);
             }}
             inference q(x, u) {{ sample t ~ D(); let k = f(t, loc); let r = f(x); sample z ~ D(x); {guide} }}"
        )
    };
    let (prior, guide) = (
        "global sample w: [4] ~ D(t, h, loc);",
        "sample w ~ D(loc, k, t);",
    );
    assert_says(&with(prior, guide), &[]);
    let reads_in_prior = |name: &str| {
        format!("the prior of the global site `w` reads `{name}`, which differs from row to row")
    };
    for name in ["u", "g", "near"] {
        let prior = format!("global sample w: [4] ~ D(h, {name}, {name});");
        assert_says(&with(&prior, guide), &[&reads_in_prior(name)]);
    }
    // Whether it has been drawn or not.
    assert_says(
        &with("global sample w ~ D(z);", guide),
        &[&reads_in_prior("z")],
    );
    for name in ["x", "u", "z", "r"] {
        let said = format!(
            "the posterior of the global site `w` reads `{name}`, which differs from row to row"
        );
        assert_says(
            &with(prior, &format!("sample w ~ D(loc, {name} + 1);")),
            &[&said],
        );
        assert_says(
            &with(prior, &format!("sample w ~ D(loc) via E({name});")),
            &[&said],
        );
    }
    assert_says(
        &with(prior, "global sample w ~ D(loc);"),
        &["that `w` is global is declared once, in the generative model"],
    );
    assert_says(
        &with(prior, "sample global w ~ D(loc);"),
        &["that `w` is global is declared once, in the generative model"],
    );
    assert_says(
        &with("sample global w: [4] ~ D(t, h, loc);", guide),
        &["`global` stands before `sample`"],
    );
    for slip in ["globl sample", "global sampel", "Global sample"] {
        assert_says(
            &with(&format!("{slip} w: [4] ~ D(t, h, loc);"), guide),
            &["this is not a statement of a model"],
        );
    }
    // A site of that name.
    assert_says(
        &with("sample w ~ D(); sample global ~ D(w);", guide)
            .replace("D(x); ", "D(x); sample global ~ D(); "),
        &[],
    );
    assert_says(
        &with(prior, "").replace("q(x, u)", "q(x, u, w)"),
        &["`w` is global, one draw for the whole data set, and cannot be observed in rows"],
    );
    // Global data of rows is a site of rows by another name.
    assert_says(&with("sample w ~ D(u);", "sample w ~ D(x);"), &[]);
}

#[test]
fn closures_live_up_to_the_next_draw() {
    let closure = |uses: &str| {
        format!(
            "struct M {{}} generative p {{ sample z ~ D(); let f = |a| a * z; {uses} }} inference q(x, y) {{ sample z ~ D(); }}"
        )
    };
    assert_says(
        &closure("sample x ~ D(f(1.0), f(2.0)); sample y ~ D(x);"),
        &[],
    );
    assert_says(
        &closure("sample x ~ D(f(1.0)); sample y ~ D(f(2.0));"),
        &["the closure `f` reads tensors, and another site was sampled since it was made"],
    );
    let again = "sample x ~ D(f(1.0)); let f = |a| a * z; sample y ~ D(f(2.0));";
    assert_says(&closure(again), &[]);
    let free = "sample x ~ D(f(1.0)); sample y ~ D(f(2.0));";
    assert_says(&closure(free).replace("a * z", "a * 2.0"), &[]);
}

/// A misspelt site is one mistake: it is reported with the name that was meant, which is then not missing.
#[test]
fn suggests_what_was_meant() {
    let source = "struct M {} generative p { sample label ~ D(); sample x ~ D(label); } inference q(x) { sample lable ~ D(); }";
    let mut errors = crate::errors::Errors::default();
    let model = crate::parse::model(super::tokens(source), &mut errors).expect("a struct");
    crate::analyse(&model, &mut errors);
    let text = errors.to_tokens().to_string();
    assert!(text.contains("help: did you mean `label`?"), "{text}");
    assert_eq!(text.matches("compile_error").count(), 1);
}

#[test]
fn reports_several_mistakes_in_one_go() {
    assert_says(
        "struct M<T> { f: Net }
         generative p { sample z ~ ; y ~ D(z); sample x ~ D(y) }
         inference q(x) { sample z ~ D(w) via; }",
        &[
            "the struct has a type parameter `T`, but only const parameters are supported",
            "nothing follows on the right-hand side",
            "the site `y` is drawn without `sample`",
            "this statement does not end with `;`",
            "`via` is not followed by an estimator",
            "the site `y` is neither given to the inference model `q` nor sampled in it",
        ],
    );
}

/// Beside a mistake every item takes one more parameter, whose value is the mistake: rustc then knows its type to be wrong.
#[test]
fn types_beside_a_mistake_are_wrong_already() {
    let source =
        |site| format!("struct M {{}} generative p {{ {site} ~ D(); }} inference q(x) {{}}");
    let parameters = |source: String| {
        let output = crate::compile(super::tokens(&source)).to_string();
        let parameters = "const __MISTAKE : usize = { __M_MISTAKE }";
        [parameters, "compile_error !"].map(|part| output.matches(part).count())
    };
    // The struct, the programs, and what they draw, are given, say and expect; the mistake itself is told once.
    assert_eq!(parameters(source("x")), [8, 1]);
    assert_eq!(parameters(source("sample x")), [0, 0]);
}

/// A latent whose statement cannot be read has its constant all the same.
#[test]
fn sites_beside_a_mistake_have_their_constants() {
    let output = |guide| {
        let source = format!(
            "struct M {{}} generative p {{ sample z ~ D(); sample x ~ D(z); }} inference q(x) {{ {guide} }}"
        );
        crate::compile(super::tokens(&source)).to_string()
    };
    let constants = |guide, name| {
        let constant = format!("const {name} : :: elbow :: __macro :: program :: LatentSite");
        output(guide).matches(&constant).count()
    };
    assert_eq!(constants("z = D();", "Z"), 1);
    assert_eq!(constants("z = D();", "X"), 1);
    assert_eq!(constants("sample z ~ D()", "Z"), 1);
    assert_eq!(constants("sample z ~ D();", "X"), 0);
}

#[test]
fn warns_of_what_is_hardly_meant() {
    let source = "struct M { f: Net, _spare: Net }
        generative p { sample z ~ D(); sample w ~ D(z); sample x ~ D(z); }
        inference q(x) { sample z ~ D(); sample w ~ D(); }";
    assert_eq!(
        warnings(source),
        [
            "no observed site depends on the latent `w`, so its posterior is its prior",
            "the field `f` is read by no program, so it will not be learned",
        ]
    );
    // A site that one inference model observes is no idle latent of the other.
    let observed_once =
        "struct M {} generative p { sample z ~ D(); sample y ~ D(z); sample x ~ D(z); }
        inference q(x) { sample z ~ D(); sample y ~ D(); } inference r(x, y) { sample z ~ D(); }";
    assert_eq!(warnings(observed_once), [""; 0]);
}

/// A name that only rustc knows may be a misspelt one: then rustc speaks of it.
#[test]
fn does_not_warn_of_what_may_be_misspelt() {
    let source = |read| {
        format!(
            "struct M {{ decoder: Net }}
            generative p {{ sample z ~ D(); sample x ~ D({read}); }} inference q(x) {{ sample z ~ D(); }}"
        )
    };
    let latent = "no observed site depends on the latent `z`, so its posterior is its prior";
    let field = "the field `decoder` is read by no program, so it will not be learned";
    assert_eq!(warnings(&source("decodr(z)")), [""; 0]);
    assert_eq!(warnings(&source("own(z)")), [field]);
    assert_eq!(warnings(&source("decoder(w)")), [""; 0]);
    assert_eq!(warnings(&source("decoder(W)")), [latent]);
}

#[test]
fn warns_of_numbers_squashed_twice_or_not_at_all() {
    let source = |right: &str| {
        format!(
            "struct M {{ plain: (Tanh, Linear<2, 4>), bare: Linear<2, 4>, squashed: (Linear<2, 4>, (ReLU, Sigmoid)), soft: (Linear<2, 4>, nn::Softmax), own: Net }}
            generative p {{ sample z: [2] ~ D(plain, bare, squashed, soft, own); {right} }} inference q(x) {{ sample z ~ D(); }}"
        )
    };
    let function = |name: &str| {
        format!("`Coin::logits` takes numbers of any size, and `{name}` leaves those in [0, 1]")
    };
    let squashed = |name: &str, layer: &str, spec: &str| {
        format!(
            "`Coin::logits` takes numbers of any size, and `{name}` ends in `{layer}`, which leaves those in [0, 1], if {spec} gives UnitInterval"
        )
    };
    let unbounded = |name: &str, layer: &str, spec: &str| {
        format!(
            "`Coin::probs` takes numbers in [0, 1], and `{name}` ends in `{layer}`, which gives those of any size, if {spec} gives Reals"
        )
    };
    let linear = |name: &str| unbounded(name, "Linear", "Linear < 2 , 4 >");
    for (right, said) in [
        (
            "sample x ~ Coin::logits(bare(z).sigmoid());",
            function("sigmoid"),
        ),
        (
            "sample x ~ a::Coin::logits((bare(z).softmax::<Axis<1>>()));",
            function("softmax"),
        ),
        (
            "sample x ~ Coin::<E>::logits(dfdx::sigmoid(bare(z)));",
            function("sigmoid"),
        ),
        (
            "sample x ~ Coin::logits(softmax(bare(z)).clone());",
            function("softmax"),
        ),
        (
            "sample x ~ Coin::logits(squashed(z));",
            squashed("squashed", "Sigmoid", "Sigmoid"),
        ),
        (
            "sample x ~ f(Coin::logits(soft(z)));",
            squashed("soft", "Softmax", "nn :: Softmax"),
        ),
        (
            "let h = bare(z).sigmoid(); sample x ~ Coin::logits(h);",
            function("sigmoid"),
        ),
        (
            "let h: T = squashed(z); let g = h; sample x ~ Coin::logits(h);",
            squashed("squashed", "Sigmoid", "Sigmoid"),
        ),
        (
            "sample x ~ Coin::logits(own(z));",
            squashed("own", "Net", "Net"),
        ),
        (
            "sample x ~ Coin::probs(own(z));",
            unbounded("own", "Net", "Net"),
        ),
        ("sample x ~ Coin::probs(bare(z));", linear("bare")),
        (
            "let h = plain(z); sample x ~ Coin::probs(h);",
            linear("plain"),
        ),
    ] {
        let source = source(right);
        let found = [warnings(&source), warnings_by_type(&source)].concat();
        assert_eq!(found, [said], "in {right}");
    }
    for right in [
        "sample x ~ Coin::logits(bare(z).log_softmax());",
        "sample x ~ Coin::logits(bare(z.sigmoid()));",
        "sample x ~ Coin::probs(bare(z).sigmoid());",
        "let h = bare(z).sigmoid(); let h = plain(h); sample x ~ Coin::logits(h);",
        "let h = squashed(z); let (h, g) = own(z); sample x ~ Coin::logits(h);",
        "let (h, g) = bare(z).sigmoid(); sample x ~ Coin::logits(h);",
        "sample x ~ logits(squashed(z));",
    ] {
        assert_eq!(warnings(&source(right)), [""; 0], "in {right}");
    }
}
