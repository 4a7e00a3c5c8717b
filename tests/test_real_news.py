"""The chapters on tagging, news and documents on real data, from `fetch`; they compare what they train with what is
stored for these data."""

import gzip
import json
import shutil

import numpy as np
import pytest
from conftest import NOTEBOOKS
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.mark.parametrize(("chapter", "variable", "name", "folder"), [
    ("14", "COURSE_ENTITIES", "conll2003_english", "conll2003"),
    ("15", "COURSE_NEWS", "thucnews_titles", "thucnews_titles"),
    ("15", "COURSE_NEWS", "news_articles", "sogou_articles"),
    ("16", "COURSE_NEWS", "news_articles", "sogou_articles"),
    ("17", "COURSE_NEWS", "news_articles", "sogou_articles"),
], ids=["CoNLL-2003", "THUCNews titles", "Sogou, characters", "Sogou, encoder", "Sogou, documents"])
def test_a_chapter_runs_through_on_real_data(run, real_data, copied_project, tmp_path,
                                             chapter, variable, name, folder):
    path = next(path for path in NOTEBOOKS if path.name.startswith(chapter))
    shutil.copy(path, copied_project / "notebooks")
    environment = {"COURSE_CACHE": str(tmp_path / "cache"), variable: name}
    done = run("-m", "course_utils", "fetch", name, "--archive", real_data / folder, cwd=copied_project,
               env=environment)
    assert done.returncode == 0, done.stderr
    done = run("-m", "course_utils", "run", cwd=copied_project, env=environment)
    assert done.returncode == 0 and "1 ok, 0 failed" in done.stdout, done.stdout + done.stderr


def test_the_linear_svm_on_pairs_of_characters_on_sogou_articles(real_data):
    with gzip.open(real_data / "sogou_articles" / "sogouc_mini.jsonl.gz", "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2, sublinear_tf=True)
    model = make_pipeline(vectorizer, LinearSVC(random_state=1))
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    scores = cross_val_score(model, [one["text"] for one in articles], [one["class"] for one in articles], cv=folds)
    assert len(articles) == 1939 and 0.86 <= np.mean(scores) <= 0.92
