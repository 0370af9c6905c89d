"""The quick tests, `python -m pytest -m quick`: those that tell most, in a minute of one core.

A test that runs over a table (of cells, tokenizers, kinds of model, corpora) is one law; the law is
quick with the first member of its table. Only the files below are read for a quick run.
"""

from pathlib import Path

TESTS = Path(__file__).parent

# Every test, each with all its cases.
WHOLE = (
    "musicrnn/test_architecture.py",
    "musicrnn/test_files.py",
    "musicrnn/test_sentences.py",
    "test_quick.py",
)
# Every test with its first case.
FIRST = (
    "properties/test_drawn_law.py",
    "properties/test_midi_law.py",
    "properties/test_musicxml_law.py",
    "properties/test_midi_channels_law.py",
    "properties/test_task_laws.py",
    "properties/test_sound_tokenizer_laws.py",
    "properties/test_tokenizer_laws.py",
    "musicrnn/cells/test_parameters.py",
    "musicrnn/cells/test_transcriptions.py",
    "musicrnn/layers/test_gradients.py",
    "musicrnn/layers/test_laws.py",
    "musicrnn/sampling/test_engine.py",
    "musicrnn/training/test_every_cell.py",
    "golden/test_witnesses.py",
    "datasets/test_corpora.py",
    "cli/test_compose_refusals.py",
)
# Single tests, by name.
SINGLE = {
    "cli/test_compose.py": ("test_the_same_seed_gives_the_same_bytes",),
    "cli/test_classify.py": ("test_ones_own_folder_is_learned_and_told",),
}
FILES = (*WHOLE, *FIRST, *SINGLE)


def file_of(path: Path) -> str:
    """A file's name as it stands above."""
    return path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else path.as_posix()


def is_quick(path: Path, name: str, seen: set[tuple[str, str]]) -> bool:
    """Whether a test is quick; ``seen`` holds the tests that have had their first case."""
    file = file_of(path)
    first = (file, name) not in seen
    seen.add((file, name))
    return file in WHOLE or (first and (file in FIRST or name in SINGLE.get(file, ())))
