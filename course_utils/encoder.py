"""A small BERT that reads characters and learns from hidden ones, as in chapter 16 (Devlin et al. 2019)."""

from collections.abc import Sequence

import keras
import keras_hub
import numpy as np
import tensorflow as tf

from . import text
from .training import Progress

LAYERS, HEADS, WIDTH = 2, 4, 64
Tensor = tf.Tensor | keras.KerasTensor         # numbers, or their place in a network


class CharacterBert:
    """Two layers of self-attention over the characters of a sentence.

    lines: sentences from which the characters are taken, the `max_tokens` most frequent ones.
    max_characters: how much of a sentence is read.
    Ids: 0 the padding, then the characters, one id for all others, then [CLS], [SEP] and [MASK].
    """

    def __init__(self, lines: Sequence[str], max_tokens: int, max_characters: int, seed: int = 1):
        self.vocabulary = text.Vocabulary.of(tf.strings.unicode_split(lines, "UTF-8"), max_tokens, num_oov_indices=1)
        self.cls, self.sep, self.mask, self.size = (len(self.vocabulary) + i for i in range(4))
        self.max_characters, self.length = max_characters, max_characters + 2
        self.max_guesses = max(1, round(0.15 * max_characters))
        keras.utils.set_random_seed(seed)
        self.backbone = keras_hub.models.BertBackbone(
            vocabulary_size=self.size, num_layers=LAYERS, num_heads=HEADS, hidden_dim=WIDTH, intermediate_dim=2 * WIDTH,
            dropout=0.0, max_sequence_length=self.length, num_segments=2)
        self.backbone.get_layer("pooled_dense").trainable = False

    def encode(self, lines: Sequence[str]) -> np.ndarray:
        """Ids of [CLS], the characters and [SEP], filled with 0: (n, length) int32."""
        sequences = text.to_arrays(self.vocabulary.encode(tf.strings.unicode_split(lines, "UTF-8")))
        rows = [np.concatenate([[self.cls], row[:self.max_characters], [self.sep]]) for row in sequences]
        return text.pad(rows, self.length)

    def hide(self, ids: np.ndarray, rng: np.random.Generator, always: bool = False) -> tuple[np.ndarray, ...]:
        """Choose 15 % of the characters to be guessed: 80 % of these become [MASK], 10 % another one, 10 % stay.

        ids: (n, length).  always: every chosen one becomes [MASK].
        Returns (ids with holes, places (n, max_guesses), what stood there, 1 where a place counts, else 0).
        """
        real = (ids > 0) & (ids < self.cls)
        places = np.argsort(np.where(real, rng.random(ids.shape), 2), axis=1)[:, :self.max_guesses]
        wanted = np.maximum(1, np.round(0.15 * real.sum(axis=1)))[:, None]
        counts = (np.arange(self.max_guesses) < wanted) & np.take_along_axis(real, places, axis=1)
        truth = np.take_along_axis(ids, places, axis=1)
        draw = rng.random(places.shape) * (0.8 if always else 1)
        shown = np.where(draw < 0.8, self.mask, np.where(draw < 0.9, rng.integers(1, self.cls, places.shape), truth))
        holes = ids.copy()
        np.put_along_axis(holes, places, np.where(counts, shown, truth), axis=1)
        return holes, places.astype("int32"), truth, counts.astype("float32")

    def states(self, ids: Tensor) -> Tensor:
        """The states of the last layer: (n, length) ids → (n, length, 64)."""
        padding_mask = keras.ops.cast(ids != 0, "int32")
        inputs = {"token_ids": ids, "segment_ids": keras.ops.zeros_like(ids), "padding_mask": padding_mask}
        return self.backbone(inputs)["sequence_output"]

    def mean_state(self, states: Tensor, ids: Tensor) -> Tensor:
        """The mean over the characters, without marks and padding: (n, length, 64) → (n, 64)."""
        real = keras.ops.cast(keras.ops.logical_and(ids > 0, ids < self.cls), "float32")[:, :, None]
        return keras.ops.sum(states * real, axis=1) / keras.ops.maximum(keras.ops.sum(real, axis=1), 1)

    def pretrain(self, lines: Sequence[str], steps: int, seed: int = 1, batch: int = 64) -> keras.Model:
        """Learn to guess hidden characters, with a rate that rises for 50 steps and falls from then on.

        Returns the model that guesses: ids (n, length), places (n, max_guesses) → scores (n, max_guesses, size).
        """
        ids, rng = self.encode(lines), np.random.default_rng(seed)
        shares = np.bincount(ids[(ids > 0) & (ids < self.cls)], minlength=self.size) + 0.5
        guesser = self.guesser(np.log(shares / shares.sum()))
        rate = keras.optimizers.schedules.CosineDecay(0.0, steps - 50, warmup_target=5e-3, warmup_steps=50)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        guesser.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0), loss, weighted_metrics=[])
        rows = np.concatenate([rng.permutation(len(ids)) for _ in range(steps * batch // len(ids) + 1)])[:steps * batch]
        holes, places, truth, counts = (part.reshape(steps, batch, -1) for part in self.hide(ids[rows], rng))
        data = tf.data.Dataset.from_tensor_slices(((holes, places), truth, counts))
        guesser.fit(text.without_autotuning(data), shuffle=False, verbose=0, callbacks=[Progress()])
        return guesser

    def guesser(self, log_shares: np.ndarray) -> keras.Model:
        """Scores of all characters at each place to be guessed; its bias begins at `log_shares` (size,)."""
        ids, places = keras.Input((self.length,), dtype="int32"), keras.Input((self.max_guesses,), dtype="int32")
        states = self.states(ids)
        chosen = keras.ops.take_along_axis(states, places[:, :, None], axis=1) + self.mean_state(states, ids)[:, None]
        return keras.Model([ids, places], Bias(log_shares)(self.backbone.token_embedding(chosen, reverse=True)))

    def sentence_vectors(self, lines: Sequence[str], how: str = "mean") -> np.ndarray:
        """A vector for each sentence.

        how: "mean" of its characters' states, the state at "[CLS]", or the mean of their rows in the "table".
        Returns (n, 64) float32.
        """
        def vectors(ids: tf.Tensor) -> tf.Tensor:
            if how == "table":
                return self.mean_state(self.backbone.token_embedding(ids), ids)
            states = self.states(ids)
            return self.mean_state(states, ids) if how == "mean" else states[:, 0]

        step = tf.function(vectors, input_signature=[tf.TensorSpec((None, self.length), tf.int32)])
        ids = self.encode(lines)
        return np.concatenate([step(ids[i:i + 1024]) for i in range(0, len(ids), 1024)])


class Bias(keras.layers.Layer):
    """Adds a learnt number to each score.  start: (size,), where it begins."""

    def __init__(self, start: np.ndarray):
        super().__init__()
        self.start = np.asarray(start)

    def build(self, shape: tuple[int | None, ...]) -> None:
        begin = lambda shape, dtype: keras.ops.convert_to_tensor(self.start, dtype)
        self.bias = self.add_weight(shape=self.start.shape, initializer=begin)

    def call(self, scores: Tensor) -> Tensor:
        return scores + self.bias
