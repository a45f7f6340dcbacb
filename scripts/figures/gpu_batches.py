"""Draw the time of a forward and a backward pass against the batch size, on a GPU and on a processor."""

from scripts.experiments.records import read_record
from scripts.plotting import style

LABELS = {
    "cuDNN": "GPU, cuDNN",
    "without cuDNN": "GPU, without cuDNN",
    "all cores": "all cores",
    "one core": "one core",
}


def build() -> None:
    seconds = read_record("gpu")["seconds"]["medium"]
    figure, axes = style.new_figure(height=3.6)
    for k, (name, label) in enumerate(LABELS.items()):
        batches = [int(B) for B in seconds[name]]
        milliseconds = [1000 * s for s in seconds[name].values()]
        axes.plot(batches, milliseconds, label=label, **style.series(k, markers=True))
    axes.set(xscale="log", yscale="log", xlabel="sequences in the batch, B", ylabel="milliseconds")
    axes.set_xticks([1, 8, 64, 512], ["1", "8", "64", "512"])
    axes.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    axes.minorticks_off()
    style.legend(axes)
    style.save(
        figure,
        "gpu_batches",
        title="Time of a batch on a GPU and on a processor",
        description="Milliseconds of a forward and a backward pass of the medium network against the number "
        "of sequences in the batch, from 1 to 512, on logarithmic axes. On the GPU, the time with cuDNN is "
        "about 2 from 1 to 256 sequences, and that without cuDNN 30 to 50 at every size. On one core it "
        "rises from 2.5 to more than 400, on all cores from 3.5 to more than 100.",
    )
