"""The small encoder of chapter 16: BERT's parts, few of them, and how it learns from hidden characters
(Devlin et al. 2019)."""

from collections.abc import Sequence

import keras
import keras_hub
import numpy as np
import tensorflow as tf

from . import text
from .training import Progress

LAYERS, HEADS, WIDTH = 2, 4, 64


class SmallEncoder:
    """Two layers of self-attention over the characters of a sentence.

    lines: sentences to learn from, whose `max_tokens` most frequent characters are known.
    max_characters: how much of a sentence is read.
    Ids: 0 the padding, then one for all unknown characters, the known ones, then [CLS], [SEP] and [MASK].
    `states`: the model ids (n, length) int32 → (n, length, 64).
    """

    def __init__(self, lines: Sequence[str], max_tokens: int, max_characters: int, seed: int = 1):
        self.vocabulary = text.Vocabulary.of(tf.strings.unicode_split(lines, "UTF-8"), max_tokens, num_oov_indices=1)
        self.cls, self.sep, self.mask, self.size = (len(self.vocabulary) + i for i in range(4))
        self.length, self.guesses = max_characters + 2, max(1, round(0.15 * max_characters))
        self.known_ids = self.encode(lines)
        keras.utils.set_random_seed(seed)
        whole = keras_hub.models.BertBackbone(
            vocabulary_size=self.size, num_layers=LAYERS, num_heads=HEADS, hidden_dim=WIDTH, intermediate_dim=2 * WIDTH,
            dropout=0.0, max_sequence_length=self.length)
        inside = keras.Model(whole.input, whole.output["sequence_output"])
        ids = keras.Input((self.length,), dtype="int32")
        self.states = keras.Model(ids, inside(
            {"token_ids": ids, "padding_mask": ids != 0, "segment_ids": keras.ops.zeros_like(ids)}))
        places = keras.Input((None,), dtype="int32")
        head = keras_hub.layers.MaskedLMHead(token_embedding=whole.token_embedding, intermediate_activation="gelu")
        self.guesser = keras.Model([ids, places], head(self.states(ids), mask_positions=places))

    def encode(self, lines: Sequence[str]) -> np.ndarray:
        """Ids of [CLS], the characters and [SEP], filled with 0: (n, length) int32."""
        rows = text.to_arrays(self.vocabulary.encode(tf.strings.unicode_split(lines, "UTF-8")))
        return text.pad([[self.cls, *row[:self.length - 2], self.sep] for row in rows], self.length)

    def characters(self, ids: np.ndarray) -> np.ndarray:
        """Where a character stands, and no mark or padding: (n, length) ids → bool."""
        return (ids > 0) & (ids < self.cls)

    def hide(self, ids: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Choose 15 % of the characters to be guessed: 80 % of these become [MASK], 10 % another one, 10 % stay.

        ids: (n, length).  Returns (ids with holes, places (n, guesses), what stood there, 1 where a place is to be
        guessed, else 0).
        """
        real = self.characters(ids)
        places = np.argsort(np.where(real, rng.random(ids.shape), 2), axis=1)[:, :self.guesses]
        wanted = np.maximum(1, np.round(0.15 * real.sum(axis=1)))
        chosen = np.arange(self.guesses) < wanted[:, np.newaxis]
        truth = np.take_along_axis(ids, places, axis=1)
        other, fate = rng.integers(1, self.cls, truth.shape), rng.random(truth.shape)
        new = np.where(fate < 0.8, self.mask, np.where(fate < 0.9, other, truth))
        holes = ids.copy()
        np.put_along_axis(holes, places, np.where(chosen, new, truth), axis=1)
        return holes, places.astype("int32"), truth, chosen.astype("float32")

    def pretrain(self, passes: int, rate: float, seed: int = 1, batch_size: int = 64) -> None:
        """Learn to guess hidden characters: Adam, a rate that rises to `rate` for 50 steps and falls from then on."""
        steps, rng = passes * (len(self.known_ids) // batch_size), np.random.default_rng(seed)
        schedule = keras.optimizers.schedules.CosineDecay(0.0, steps - 50, warmup_target=rate, warmup_steps=50)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.guesser.compile(keras.optimizers.Adam(schedule, clipnorm=1.0), loss)
        for _ in range(passes):
            holes, places, truth, chosen = self.hide(rng.permutation(self.known_ids), rng)
            data = tf.data.Dataset.from_tensor_slices(((holes, places), truth, chosen))
            self.guesser.fit(text.without_autotuning(data.batch(batch_size, drop_remainder=True)), shuffle=False,
                             verbose=0, callbacks=[Progress()])

    def sentence_vectors(self, lines: Sequence[str]) -> np.ndarray:
        """The mean of its characters' states for each sentence: (n, 64) float32."""
        def mean(ids: np.ndarray) -> np.ndarray:
            real = self.characters(ids)[:, :, np.newaxis]
            states = self.states.predict(ids, batch_size=256, verbose=0)
            return (states * real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)

        ids = self.encode(lines)
        return np.concatenate([mean(ids[i:i + 4096]) for i in range(0, len(ids), 4096)]).astype("float32")
