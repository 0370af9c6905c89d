"""The bundled genre model does on the test split what its card says."""

from musicrnn.pretrained import load_model
from musicrnn_datasets.labelled_evaluation import evaluate_classifier


def test_genre_on_the_test_split(corpora):
    checkpoint = load_model("genre")
    evaluation = evaluate_classifier(checkpoint, "gtzan", split="test", found=corpora)
    assert evaluation.n == 290
    assert evaluation.scores.accuracy >= 0.58
    assert evaluation.scores.accuracy > 5 * evaluation.scores.majority
    assert checkpoint.metadata["metrics"]["valid_n"] == 197
