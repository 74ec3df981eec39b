use quote::quote;

#[test]
fn look() {
    let tokens = super::compile(quote! {
        /// A VAE.
        pub struct Vae<const PIXELS: usize, const LATENTS: usize> {
            encoder: (Linear<PIXELS, 200>, Tanh, Linear<200, LATENTS>),
            prior: Parameter<Rank1<LATENTS>>,
            decoder: Linear<LATENTS, PIXELS>,
        }
        generative p(u: [4]) {
            sample z: [LATENTS] ~ Bernoulli::logits(prior);
            let h = decoder(z);
            sample x: [PIXELS] ~ Bernoulli::logits(h * 2.0);
        }
        inference q(x, u) {
            let h = encoder(x);
            sample z ~ Bernoulli::logits(h) via Relaxed::at(0.5);
        }
    });
    println!("{tokens}");
}
