"""The first cell of every notebook: `from course_utils.runtime import start; start()`."""

import contextlib
import os
import random

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]   # Okabe and Ito 2008


@contextlib.contextmanager
def quiet_stderr():
    """Drop what C++ libraries write on file descriptor 2; Python exceptions pass as usual."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def start(seed: int = 1) -> None:
    """Load TensorFlow quietly, make every run give the same numbers, set the style of the figures,
    and print one line with the versions.

    seed: for `random`, NumPy and TensorFlow.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")          # both are read once, when TensorFlow is imported
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("PYTHONHASHSEED", "0")                # for the processes a chapter may start
    with quiet_stderr():
        import keras
        import tensorflow as tf
    import matplotlib.pyplot as plt
    import numpy as np

    random.seed(seed)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    np.set_printoptions(suppress=True, linewidth=100)
    plt.rcParams.update({
        "axes.prop_cycle": plt.cycler(color=COLOURS), "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "figure.figsize": (7, 3.5), "figure.dpi": 100,
        "figure.constrained_layout.use": True, "font.size": 10, "legend.frameon": False,
    })
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}")
