"""``musicrnn compose`` as the tests of it call it."""

from click.testing import CliRunner

from musicrnn_cli.main import main


def compose(*words: object, code: int = 0) -> str:
    """What is said on both streams."""
    result = CliRunner().invoke(main, ["compose", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output
