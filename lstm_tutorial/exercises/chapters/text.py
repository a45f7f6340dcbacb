"""Exercises for the chapter "Write text"."""

from itertools import pairwise

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, Write, wrong


class BitsOfFour(Compute):
    r"""How many bits for each letter?

    Four letters came, and the network had given them the probabilities $\frac12$, $\frac14$, $\frac18$ and $\frac14$.
    How many bits per letter are that?
    """

    minutes = 2
    given = {"p": (0.5, 0.25, 0.125, 0.25)}
    hints = (
        r"A letter of probability $p$ costs $-\log_2 p$ bits. What does each of the four cost?",
        "1, 2, 3 and 2 bits. Bits *per letter* are their mean.",
    )

    @staticmethod
    def solution(p):
        return -np.mean(np.log2(p))

    @wrong("That is in nats. For bits, take the logarithm to base 2, or divide by ln 2.")
    @staticmethod
    def nats(p):
        return -np.mean(np.log(p))

    @wrong("Those are the bits of all four letters together.")
    @staticmethod
    def all_together(p):
        return -np.sum(np.log2(p))

    @wrong("The logarithm of the mean probability was taken. It is the mean of the logarithms.")
    @staticmethod
    def of_the_mean(p):
        return -np.log2(np.mean(p))

    @wrong("That is the perplexity, 2 to the power of the bits per letter.")
    @staticmethod
    def perplexity(p):
        return 2 ** -np.mean(np.log2(p))


class ChunksOfText(Mend):
    """Letters that are never read.

    The function cuts a text into chunks for truncated backpropagation. A chunk is a pair, the letters that are read and
    the letters that are to be guessed, each one place later, as in `("abc", "bcd")`. The state is carried from chunk to
    chunk, and the last chunk may be shorter. But some letters of the text are never read, so the network does not learn
    what follows them. Find the fault.
    """

    answer, minutes = "chunks", 5
    outputs = {"the list": ""}
    hints = (
        "Write down the chunks of `abcdefg` with a length of 3. Which letter of the middle is guessed and never read?",
        "The last letter that a chunk guesses is the first one that the next chunk reads.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "four letters, one by one": {"text": "abcd", "length": 1},
            "seven letters": {"text": "abcdefg", "length": 3},
            "a shorter chunk at the end": {"text": "to be or not", "length": 4},
        }

    @classmethod
    def run(cls, answer, arguments):
        found = answer(*arguments.values())
        return {"the list": found if found is None else [tuple(pair) for pair in found]}

    @staticmethod
    def starter(text, length):
        """Return pairs of letters to read and letters to guess."""
        found = []
        for k in range(0, len(text) - 1, length + 1):
            piece = text[k : k + length + 1]
            found.append((piece[:-1], piece[1:]))
        return found

    @staticmethod
    def solution(text, length):
        found = []
        for k in range(0, len(text) - 1, length):
            piece = text[k : k + length + 1]  # one letter more than is read
            found.append((piece[:-1], piece[1:]))
        return found

    @wrong("The targets are not shifted: the network would learn to repeat the letter that it reads.")
    @staticmethod
    def not_shifted(text, length):
        return [(read, read) for read, _ in ChunksOfText.solution(text, length)]

    @wrong("The next chunk begins one letter later. A carried state would read nearly everything again.")
    @staticmethod
    def windows(text, length):
        starts = range(len(text) - length)
        return [(text[k : k + length], text[k + 1 : k + length + 1]) for k in starts]

    @wrong("The pieces have one letter too few: to guess 3 letters after the first, 4 are needed.")
    @staticmethod
    def shorter_targets(text, length):
        pieces = [text[k : k + length] for k in range(0, len(text), length)]
        return [(piece[:-1], piece[1:]) for piece in pieces if len(piece) > 1]

    @wrong("The last chunk reads the last letter of the text, but there is nothing after it to guess.")
    @staticmethod
    def reads_the_last(text, length):
        starts = range(0, len(text) - 1, length)
        return [(text[k : k + length], text[k + 1 : k + length + 1]) for k in starts]

    @wrong("What is left over at the end is dropped. A last, shorter chunk is a chunk, too.")
    @staticmethod
    def rest_dropped(text, length):
        return [pair for pair in ChunksOfText.solution(text, length) if len(pair[0]) == length]


class Counting(Write):
    """What counting reaches.

    A model has counted in `train` which letter follows which. After the letter $a$, it gives the letter $b$ the
    probability $(n_{ab} + 1) / (n_a + V)$: $n_{ab}$ is how often $b$ came right after $a$, $n_a$ is the sum of $n_{ab}$
    over all $b$, and $V$ is the number of letters of the alphabet. The 1 is the simplest smoothing. Write
    `bits_of_counting(train, test, alphabet)`, three strings, and return the bits per letter of `test`, from its second
    letter on.
    """

    answer, minutes = "bits_of_counting", 15
    outputs = {"bits": ""}
    hints = (
        "Keep the counts in a matrix (V, V), one row for each letter $a$. Begin with ones, and the smoothing is done.",
        "Divide each row by its sum. `alphabet.index(letter)` is the number of a letter.",
        "`pairwise(test)` gives each letter with the one after it. Take the mean of $-\\log_2 p$ over these pairs.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "one pair": {"train": "abab", "test": "ab", "alphabet": "ab"},
            "a pair that never came": {"train": "abab", "test": "aab", "alphabet": "ab"},
            "a line": {
                "train": "to be or not to be",
                "test": "not to bet",
                "alphabet": " benort",
            },
        }

    @classmethod
    def run(cls, answer, arguments):
        bits = answer(*arguments.values())
        if isinstance(bits, float) and np.isinf(bits):
            raise ValueError("the number of bits is infinite")
        return {"bits": bits}

    @staticmethod
    def starter(train, test, alphabet):
        """Return the bits per letter of test."""
        raise NotImplementedError

    @staticmethod
    def solution(train, test, alphabet):
        V = len(alphabet)
        counts = np.ones((V, V))  # row a, column b
        for a, b in pairwise(train):
            counts[alphabet.index(a), alphabet.index(b)] += 1
        p = counts / counts.sum(axis=1, keepdims=True)  # (V, V)
        bits = [-np.log2(p[alphabet.index(a), alphabet.index(b)]) for a, b in pairwise(test)]
        return np.mean(bits)

    @wrong(
        "Nothing is smoothed, so a pair that never came has the probability 0 and costs infinitely many bits."
    )
    @staticmethod
    def not_smoothed(train, test, alphabet):
        return bits_by_pair(train, test, alphabet, ones=0)

    @wrong("That is in nats: take the logarithm to base 2.")
    @staticmethod
    def nats(train, test, alphabet):
        return Counting.solution(train, test, alphabet) * np.log(2)

    @wrong("The counts are divided by the number of all pairs. What follows one letter has to add up to 1.")
    @staticmethod
    def of_all_pairs(train, test, alphabet):
        return bits_by_pair(train, test, alphabet, axis=None)

    @wrong("The pairs are turned: a letter is guessed from the one after it.")
    @staticmethod
    def turned(train, test, alphabet):
        return Counting.solution(train[::-1], test[::-1], alphabet)

    @wrong("In n_a, the last letter of train is counted as well, but nothing came after it.")
    @staticmethod
    def counts_the_last(train, test, alphabet):
        return bits_by_pair(train, test, alphabet, last=1)

    @wrong("The sum is divided by the number of letters. There is one pair fewer.")
    @staticmethod
    def divided_by_letters(train, test, alphabet):
        return Counting.solution(train, test, alphabet) * (len(test) - 1) / len(test)

    @wrong("The letters of the test were counted, too. What is to be guessed must not be known.")
    @staticmethod
    def counts_the_test(train, test, alphabet):
        return bits_by_pair(train, test, alphabet, also=test)


def bits_by_pair(train, test, alphabet, ones=1, axis=1, last=0, also=""):
    """Count with something changed, for wrong answers."""
    V = len(alphabet)
    counts = np.full((V, V), float(ones))
    for a, b in [*pairwise(train), *pairwise(also)]:
        counts[alphabet.index(a), alphabet.index(b)] += 1
    sums = counts.sum(axis=axis, keepdims=True)
    sums = sums + last * (np.arange(V) == alphabet.index(train[-1]))[:, None]
    p = counts / sums
    return np.mean([-np.log2(p[alphabet.index(a), alphabet.index(b)]) for a, b in pairwise(test)])
