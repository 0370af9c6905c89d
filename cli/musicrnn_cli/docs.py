"""``musicrnn docs``: the guides, which come with the package."""

from __future__ import annotations

from pathlib import Path

import click

from musicrnn.errors import MusicRNNError

INSTALLED = Path(__file__).parent / "docs"  # in the wheel
SOURCES = Path(__file__).parents[2] / "docs"  # in the repository


def guides() -> dict[str, Path]:
    """The guides by name.

    Raises:
        MusicRNNError: they did not come along.
    """
    folder = INSTALLED if INSTALLED.is_dir() else SOURCES
    found = {path.stem: path for path in sorted(folder.glob("*.md"))}
    if not found:
        raise MusicRNNError(
            f"there are no guides in {folder}: the package was put together wrongly"
        )
    return found


@click.command()
@click.argument("page", required=False)
def command(page: str | None) -> None:
    """List the guides, or print PAGE, such as training.

    They are Markdown files; the list ends with the folder that holds them and their pictures.
    """
    found = guides()
    if page is None:
        for name, path in found.items():
            title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            click.echo(f"{name:12}  {title}")
        click.echo(f"\n{next(iter(found.values())).parent}")
        return
    from musicrnn.pretrained import known

    name = page.removeprefix("docs/").removesuffix(".md")
    if name not in found:
        raise MusicRNNError(f"there is no guide {page!r}: the guides are {known(name, found)}")
    click.echo_via_pager(found[name].read_text(encoding="utf-8"))
