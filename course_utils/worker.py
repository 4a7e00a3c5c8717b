"""What each worker of chapter 18 executes: worker.py FOLDER [STEP].

FOLDER: seen by all workers. In it lie data.npz with x (steps, batch, words), y (steps, batch, 1) and `size`, the number
of ids; checkpoints are saved in it after every fifth step, and at the end worker0.npz with the losses and the weights.
STEP: worker 1 ends before this one, as after a crash.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


def build(size: int) -> tuple[keras.Model, keras.Optimizer]:
    """A small GRU that reads `size` different ids, and its optimizer."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((None,)), keras.layers.Embedding(size, 16, mask_zero=True),
        keras.layers.GRU(16), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def make_step(strategy: tf.distribute.Strategy, model: keras.Model, optimizer: keras.Optimizer,
              batch: int) -> Callable[[np.ndarray, np.ndarray], tf.Tensor]:
    """A function that trains on this worker's part of a batch of `batch` reviews, and returns the loss of the whole."""
    losses = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)

    def on_each_worker(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            each = losses(y, model(x, training=True))    # of this worker's part
            loss = tf.reduce_sum(each) / batch           # of the whole batch
        gradients = tape.gradient(loss, model.trainable_variables)
        # adds up the gradients of all workers before it takes the step
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    @tf.function
    def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        parts = strategy.run(on_each_worker, args=(x, y))
        return strategy.reduce("SUM", parts, axis=None)

    return step


def weights_of(model: keras.Model) -> np.ndarray:
    """All weights in one row."""
    return np.concatenate([one.ravel() for one in model.get_weights()])


def main(folder: Path, dies_before: int) -> None:
    """Train from the newest checkpoint on, or from the beginning."""
    strategy = tf.distribute.MultiWorkerMirroredStrategy()     # reads TF_CONFIG
    me, count = strategy.cluster_resolver.task_id, strategy.num_replicas_in_sync
    data = np.load(folder / "data.npz")
    x, y = data["x"], data["y"]
    with strategy.scope():
        model, optimizer = build(int(data["size"]))
    step = make_step(strategy, model, optimizer, batch=x.shape[1])

    everything = tf.train.Checkpoint(model=model, optimizer=optimizer)
    own = folder / ("saved" if me == 0 else f"unused{me}")     # all must save
    manager = tf.train.CheckpointManager(everything, own, max_to_keep=None)
    newest = tf.train.latest_checkpoint(folder / "saved")      # None at first
    if newest:
        everything.restore(newest).assert_consumed()
    done = int(optimizer.iterations.numpy())
    print(f"worker {me} of {count}: begins after step {done}", flush=True)

    losses = []
    while done < len(x):
        if me == 1 and done + 1 == dies_before:
            time.sleep(0.5)            # by now the other one waits for us
            os._exit(1)                # no farewell, no cleaning up
        try:
            part = x[done, me::count], y[done, me::count]
            losses.append(step(*part).numpy())
        except tf.errors.OpError as error:
            kind = type(error).__name__
            sys.exit(f"worker {me}: step {done + 1} failed, {kind}")
        done += 1
        if done % 5 == 0:
            manager.save(done)
    np.savez(folder / f"worker{me}.npz", losses=losses, weights=weights_of(model))
    print(f"worker {me} of {count}: ended after step {done}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
