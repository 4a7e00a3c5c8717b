"""The first cell of every notebook: `from course_utils.runtime import start; start()`."""

import contextlib
import os
import random
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
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
    os.environ.setdefault("PYTHONHASHSEED", "0")                # for the processes a chapter may start
    with quiet_stderr():
        import keras
        import tensorflow as tf
    import numpy as np

    from .plots import set_style

    keras.config.set_floatx("float32")                          # whatever a user's keras.json says
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    random.seed(seed)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    np.set_printoptions(suppress=True, linewidth=100)
    set_style()
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}")
