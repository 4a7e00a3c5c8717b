"""Helpers of the course: what the chapters need and do not teach. Importing this loads nothing heavy."""

import os

# Each is read once, when TensorFlow or Keras is imported.
# The backend, so that a user's keras.json does not choose another.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

__version__ = "0.4.0"
