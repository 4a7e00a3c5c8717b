"""The simple models that a chapter measures first. Chapter 05 teaches them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def linear_svm(texts: Sequence[str], labels: ArrayLike, others: Sequence[str],
               ngram_range: tuple[int, int] = (1, 1)) -> np.ndarray:
    """Chapter 05's baseline: TF-IDF of words, with ngram_range=(1, 2) of pairs too, and a linear SVM. A Chinese sign
    is a word.

    texts: (n,) to train on, with their labels (n,).  Returns its answers for the `others`, (m,) labels.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    vectorizer = TfidfVectorizer(ngram_range=ngram_range, token_pattern=r"[一-鿿]|[^\W一-鿿]{2,}")
    return LinearSVC(random_state=1).fit(vectorizer.fit_transform(texts), labels).predict(vectorizer.transform(others))
