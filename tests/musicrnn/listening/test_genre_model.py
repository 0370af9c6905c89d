"""The bundled genre model does on the test split what its card says."""

from musicrnn.pretrained import load_model
from musicrnn.sources.readers import measured
from musicrnn.training.data import DataRequest


def test_genre_on_the_test_split(corpora):
    checkpoint = load_model("genre")
    evaluation, _ = measured([checkpoint], DataRequest(("gtzan",), corpora))
    assert evaluation.n == 290
    assert evaluation.accuracy >= 0.65
    assert evaluation.accuracy > 5 * evaluation.majority
    assert checkpoint.metadata["metrics"]["valid_n"] == 197
    beside = evaluation.open_set
    assert beside.kept >= 0.88 * beside.right
    for kind, (likely, n) in beside.others.items():
        assert likely <= 0.05 * n, kind
