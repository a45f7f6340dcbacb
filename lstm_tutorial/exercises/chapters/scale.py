"""Exercises for the chapter "Beyond one machine"."""

import numpy as np

from lstm_tutorial.exercises.exercise import Cases, Compute, Mend, Write, wrong


class ForEachNumber(Compute):
    """Is the exchange worth it?

    Four workers share a batch of 32 sequences of 100 steps. The network has 64 inputs and 128 units. After the
    backward pass, each worker sends one number for every weight and every bias of the layer, which has one bias in
    each gate. For each of these numbers, how many operations has it made in the matrix products of both passes?
    (Additions and multiplications both count.)
    """

    minutes = 6
    given = {"T": 100, "B": 32, "D": 64, "H": 128, "workers": 4}
    hints = (
        "The whole batch takes $24 H (D + H) T B$ operations, and a worker has a quarter of it.",
        "It sends $4 H (D + H + 1)$ numbers, however small its share is.",
    )

    @staticmethod
    def solution(T, B, D, H, workers):
        operations = 24 * H * (D + H) * T * B / workers
        sent = 4 * H * (D + H + 1)
        return operations / sent

    @wrong("Those are the operations of the whole batch. A worker has only its share.")
    @staticmethod
    def whole_batch(T, B, D, H, workers):
        return ForEachNumber.solution(T, B, D, H, 1)

    @wrong("Those are the operations of the forward pass. The backward pass has twice as many.")
    @staticmethod
    def forward_only(T, B, D, H, workers):
        return ForEachNumber.solution(T, B, D, H, workers) / 3

    @wrong("That is for one step. The gradients are exchanged once, after all steps.")
    @staticmethod
    def one_step(T, B, D, H, workers):
        return ForEachNumber.solution(1, B, D, H, workers)

    @wrong("A product of two numbers and its addition are two operations. Here they are counted as one.")
    @staticmethod
    def one_operation(T, B, D, H, workers):
        return ForEachNumber.solution(T, B, D, H, workers) / 2


class AllReduce(Write):
    """Average the workers' gradients.

    Every worker has the gradient of the *mean* loss of its own sequences: `gradients` is a list with a dict of arrays
    for each worker, and `sizes` a list of their numbers of sequences. Write `averaged(gradients, sizes)`, which
    returns the gradient of the mean loss of the whole batch, by name.
    """

    answer, minutes = "averaged", 6
    outputs = {"Wf": "HK", "Wf_bias": "HB"}
    hints = (
        "A worker with two sequences of six counts for a third.",
        "For each name, add up `size * gradient[name]` over the workers, and divide by `sum(sizes)`.",
    )

    @classmethod
    def cases(cls) -> Cases:
        def gradient(*values: float) -> dict[str, object]:
            return {"Wf": np.array([values[:2]]), "Wf_bias": np.array([values[2:]])}

        two = [gradient(1.0, 4.0, 2.0), gradient(3.0, -2.0, 6.0)]
        return {
            "two equal shares": {"gradients": two, "sizes": [2, 2]},
            "shares of 3 and 1": {"gradients": two, "sizes": [3, 1]},
            "three workers": {"gradients": [*two, gradient(0.5, 1.0, -3.0)], "sizes": [1, 2, 5]},
        }

    @staticmethod
    def starter(gradients, sizes):
        """Return the gradient of the whole batch, by name."""
        raise NotImplementedError

    @staticmethod
    def solution(gradients, sizes):
        total = dict.fromkeys(gradients[0], 0.0)
        for gradient, size in zip(gradients, sizes, strict=True):
            for name, array in gradient.items():
                total[name] = total[name] + size * array
        return {name: array / sum(sizes) for name, array in total.items()}

    @wrong("That is a mean of means: a sequence in a small share counts more than one in a large share.")
    @staticmethod
    def mean_of_means(gradients, sizes):
        return AllReduce.solution(gradients, [1] * len(sizes))

    @wrong("The gradients are added up, not averaged. The step would grow with the number of workers.")
    @staticmethod
    def added_up(gradients, sizes):
        return {name: sum(g[name] for g in gradients) for name in gradients[0]}

    @wrong("The weights are right, but the sum is not divided by the number of all sequences.")
    @staticmethod
    def not_divided(gradients, sizes):
        return {n: array * sum(sizes) for n, array in AllReduce.solution(gradients, sizes).items()}

    @wrong("The weighted sum is divided by the number of workers. Divide it by that of all sequences.")
    @staticmethod
    def divided_by_workers(gradients, sizes):
        right = AllReduce.solution(gradients, sizes)
        return {name: array * sum(sizes) / len(sizes) for name, array in right.items()}

    @wrong("Only the first worker's gradient is used.")
    @staticmethod
    def first_worker(gradients, sizes):
        return dict(gradients[0])


class MeanOfMeans(Mend):
    """A loss for DistributedDataParallel.

    DDP adds up the workers' gradients and divides by the number of workers, which gives the gradient of their average
    loss. So this average has to be the mean squared error of the whole batch. The function returns the loss of one
    worker: `errors` holds the squared errors of its sequences, and `batch` is the number of sequences of all workers
    together. With shares of different sizes, the average is another one. Find the fault.
    """

    answer, minutes = "loss_of_worker", 5
    outputs = {"the loss": ""}
    hints = (
        "What has to be divided by `batch`, whatever the share is?",
        "DDP divides by `workers`. Multiply by it, and the two cancel.",
    )

    @classmethod
    def cases(cls) -> Cases:
        return {
            "half of the batch": {"errors": np.array([1.0, 3.0]), "workers": 2, "batch": 4},
            "a quarter of the batch, two workers": {"errors": np.array([2.0]), "workers": 2, "batch": 4},
            "three workers": {"errors": np.array([1.0, 2.0, 6.0, 3.0]), "workers": 3, "batch": 10},
        }

    @staticmethod
    def starter(errors, workers, batch):
        """Return the loss of one worker, a number."""
        return errors.mean()

    @staticmethod
    def solution(errors, workers, batch):
        return errors.sum() * workers / batch

    @wrong("DDP divides by the number of workers once more, so the gradient is too small: multiply by it.")
    @staticmethod
    def divided_twice(errors, workers, batch):
        return errors.sum() / batch

    @wrong("The sum is not divided by the size of the batch.")
    @staticmethod
    def not_divided(errors, workers, batch):
        return errors.sum() * workers

    @wrong("The mean is weighted with the share, but DDP divides by the number of workers once more.")
    @staticmethod
    def wrong_share(errors, workers, batch):
        return errors.mean() * len(errors) / workers
