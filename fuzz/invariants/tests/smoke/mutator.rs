//! Mutations of seeds, the same in every run.

/// Makes inputs from seeds and tokens.
pub(crate) struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    tokens: &'a [Vec<u8>],
    state: u64,
}

impl<'a> Mutator<'a> {
    /// Starts with seeds and tokens. Neither may be empty.
    pub(crate) fn new(seeds: &'a [Vec<u8>], tokens: &'a [Vec<u8>]) -> Self {
        Self {
            seeds,
            tokens,
            state: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// Returns a seed, changed in one to four places.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = self.pick(self.seeds).clone();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let start = self.below(input.len() + 1);
        let len = self.below(16).min(input.len() - start);
        let span = start..start + len;
        match self.below(7) {
            0 => drop(input.drain(span)),
            1 => {
                let copy = input[span].to_vec();
                input.splice(start..start, copy);
            }
            2 => input.truncate(start),
            3 => {
                let token = self.pick(self.tokens);
                input.splice(start..start, token.iter().copied());
            }
            4 => {
                let token = self.pick(self.tokens);
                input.splice(span, token.iter().copied());
            }
            5 => {
                let other = self.pick(self.seeds);
                let from = self.below(other.len() + 1);
                input.splice(start.., other[from..].iter().copied());
            }
            _ => {
                let byte = self.below(256) as u8;
                input.splice(span.start..span.end.min(span.start + 1), [byte]);
            }
        }
    }

    fn pick<'p>(&mut self, choices: &'p [Vec<u8>]) -> &'p Vec<u8> {
        &choices[self.below(choices.len())]
    }

    /// Returns a number from 0 to below `bound`, by xorshift.
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % bound
    }
}
