use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    generative p {
        sample z: [2] ~ dist.Normal(0.0, 1.0);
        let h = torch.nn.functional.relu(decoder(z));
        let more = torch.cat((h, h));
        sample x: [4] ~ Bernoulli::probs(torch::sigmoid(h));
    }
    inference q(x) {
        let h = encoder(x);
        sample z ~ Normal::new(h, np.exp(h + 1.0) + F.softmax(h, 1) + np.power(h, 2.0));
    }
}

fn main() {}
