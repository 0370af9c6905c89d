"""What models answer on the data of witness_data, asked through the command line alone.

Conventions. Commands run in the folder of the data, with paths below it. Answers are JSON without
names of files and without the time that something took. A piece is told by what ``--json`` says of
it and by the sha256 of its notes, (start, pitch, duration, velocity, channel) in ticks; weights by
the sha256 of what is stored, or, where another processor may have rounded otherwise, by three
means. Nothing of musicrnn is used but its command ``main``.
"""

import hashlib
import json
import shlex
from pathlib import Path

import mido
import numpy as np
from click.testing import CliRunner
from safetensors.numpy import load_file

from musicrnn_cli.main import main

LEFT_OUT = {
    "file",
    "files",
    "model",
    "data",
    "style",
    "form",
    "feel",
    "seconds",
    "sampling_seconds",
}
SMALL = "hidden=4 validate_every=6 updates=12 warm_up=2 learning_rate=0.02"
WRITER = f"{SMALL} embedding=4 layers=1 rows=4 length=32"
STORED = f"{WRITER} hidden=2 embedding=2 tied=true half=true"
LISTENER = f"{SMALL} channels=1 batch=8"
HEARER = f"{SMALL} channels=2 last=4 depth=0 drawing.batch=12"
DESCENT = "optimizer=sgd learning_rate"  # without moments a run is smaller

TRAINED = {  # how each model is trained, and its settings; of two for one name the last counts
    "compose": ("compose tunes", WRITER),
    "frames": ("compose polyphonic-jsb --data .", f"{SMALL} hidden=2 cell=gru {DESCENT}=0.1"),
    "voices": ("compose chorales --tokens voices", f"{WRITER} embedding=2 {DESCENT}=0.1"),
    "classify": ("classify styles", f"{LISTENER} hidden=2 crop=64 average=0 {DESCENT}=0.1 seed=1"),
    "words": ("classify words", f"{HEARER} {DESCENT}=0.3"),
    "beat": ("compose pieces", STORED),
    "performance": ("compose pieces --tokens performance", STORED),
    "songs": ("classify songs --recipe songs", f"{LISTENER} crop=16 listeners=spectral half=true"),
}
UNFINISHED = ("compose", "frames", "voices", "classify")
ASKED = {  # what each model is measured on, and what it composes or hears
    "compose": ("tunes --split train", "--bars 2"),
    "frames": ("polyphonic-jsb --data .", "--bars 2"),
    "voices": ("chorales --split valid", "--bars 1"),
    "classify": ("styles", "styles/low/0.mid"),
    "words": ("words", "word.wav"),
    "beat": ("pieces --split train", "--bars 2"),
    "performance": ("pieces --split train", "--seconds 5"),
    "songs": ("songs", "song.wav"),
}
WISHES = (
    "--key C --chords 'C Am F G7' --density 3 --tempo 120 --time-signature 4/4 "
    "--temperature 1.1 --top-k 20 --top-p 0.95 --min-p 0.02 --repetition-penalty 1.1"
)
OLDER = {  # bundled models that others have taken the place of
    name: shlex.quote(str(Path(__file__).with_name(f"{name}-of-november.safetensors")))
    for name in ("pop", "folk", "drums", "chorale", "commands-micro", "genre")
}
AS_POP = f"--model {OLDER['pop']} --temperature 0.8 --min-p 0.01"  # its settings then
AS_FOLK = f"--model {OLDER['folk']} --temperature 0.8"
AS_DRUMS = f"--model {OLDER['drums']} --temperature 0.8"
AS_CHORALE = f"--model {OLDER['chorale']}"
MADE = {  # what bundled models compose, some of them older ones, and whether to the byte
    "pop": (AS_POP, True),
    "folk": (f"{AS_FOLK} --bars 32", True),
    "drums": (f"{AS_DRUMS} --bars 8", True),
    "chorale": (f"{AS_CHORALE} --bars 4", False),
    "jsb": ("--style jsb --bars 4", False),
    "nottingham": ("--style nottingham --bars 4", False),
    "musedata": ("--style musedata --bars 4", False),
    "piano": ("--style piano --bars 4", False),
    "pop as wished": (f"{AS_POP} --bars 4 {WISHES}", False),
    "folk after a primer": (f"{AS_FOLK} --bars 8 --primer tunes/0.abc", False),
    "drums in int8": (f"{AS_DRUMS} --bars 2 --weights int8", False),
}
TICKS = {  # a quarter, in which notes are told; files have a multiple of them
    "a chorale": 24, "beat": 12, "performance": 50, "pop": 12, "drums": 12, "pop as wished": 12,
    "drums in int8": 12,
}  # fmt: skip
HEARD = {"genre": "song.wav", "commands-micro": "word.wav"}
MEASURED = {
    "pop": "pieces --split train",
    "folk": "tunes --split train",
    "drums": "grooves --split train",
    "chorale": "chorales --split valid",
    "jsb": "polyphonic-jsb --data .",
}


def training(kind, model):
    """The words of the command that trains a model of a kind into the file ``model``."""
    task, settings = TRAINED[kind]
    last = dict(setting.split("=") for setting in settings.split())
    words = [word for name, value in last.items() for word in ("--set", f"{name}={value}")]
    return ["train", *task.split(), "-o", str(model), "--device", "cpu", *words]


def run(*words):
    """stdout of ``musicrnn WORDS``, which must end well."""
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == 0, f"musicrnn {words}: {result.output} {result.exception!r}"
    return result.stdout


def answers(*words):
    """What ``musicrnn WORDS --json`` prints: an object a line."""
    lines = [json.loads(line) for line in run(*words, "--json").splitlines()]
    return [{k: v for k, v in line.items() if k not in LEFT_OUT} for line in lines]


def piece(path, *words, ticks=None, to_the_byte=False):
    """A piece that ``musicrnn WORDS`` writes to ``path``; its notes in ``ticks`` a quarter."""
    told = answers(*words, "--seed", 1, "-o", path)
    told[0]["sha256_of_notes"] = sha256(json.dumps(_notes(path, ticks)).encode())
    if to_the_byte:
        told[0]["sha256"] = sha256(path.read_bytes())
    return told


def model_figures(kind, model, out):
    """All that is asked of a tiny model; files go to the folder ``out``."""
    source, words = (asked.split() for asked in ASKED[kind])
    header = json.loads(run("inspect", model, "--json"))
    found = {"file": header.pop("file"), "header": header == stored_header(model)}
    found["evaluate"] = answers("evaluate", model, *source)
    for weights in ("int8", "float16"):
        lighter = out / f"{weights}.safetensors"
        run("export", model, "-o", lighter, "--weights", weights)
        found[weights] = stored_weights(lighter)
    found["evaluate int8"] = answers("evaluate", out / "int8.safetensors", *source)
    mine, midi = ("--model", model), out / "x.mid"
    if TRAINED[kind][0].startswith("classify"):
        found["classify"] = answers("classify", *words, *mine, "--timeline", "--device", "cpu")
    else:
        found["compose"] = piece(midi, "compose", *mine, *words, ticks=TICKS.get(kind))
    if kind == "compose":
        found["compose int8"] = piece(midi, "compose", *mine, *words, "--weights", "int8")
    if kind == "voices":
        found["harmonize"] = piece(
            midi, "harmonize", "chorales/0.mid", *mine, ticks=TICKS["a chorale"]
        )
        changed = ("--bars", 2, "--voices", "alto")
        found["vary"] = piece(
            midi, "vary", "chorales/0.mid", *mine, *changed, ticks=TICKS["a chorale"]
        )
    if kind == "words":
        found["listen"] = answers("listen", "room.wav", *mine, "--threshold", 0.2)
    return found


def composed_figures(name, out):
    """A piece of a bundled model."""
    words, to_the_byte = MADE[name]
    path, ticks = out / "x.mid", TICKS.get(name)
    return piece(path, "compose", *shlex.split(words), ticks=ticks, to_the_byte=to_the_byte)


def classified_figures(name):
    """What a bundled model hears in a sound."""
    return answers("classify", HEARD[name], "--model", kept(name), "--device", "cpu")


def measured_figures(name):
    """A bundled model on the small data."""
    return answers("evaluate", kept(name), *MEASURED[name].split())


def kept(name):
    """A bundled model by name, or the file of an older one."""
    return shlex.split(OLDER[name])[0] if name in OLDER else name


def resumed_figures(kind, model):
    """The unfinished run beside ``model`` goes on to its end: what it makes of the model."""
    run(*training(kind, model), "--resume")
    return trained_figures(model)


def trained_figures(model):
    """The measured figures and three means of every tensor of a model."""
    metrics = json.loads(run("inspect", model, "--json"))["metrics"]
    return {"metrics": metrics, "means": {n: _means(a) for n, a in load_file(model).items()}}


def stored_header(model):
    """The JSON in the header of a model file, read as its format is documented."""
    content = model.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header["__metadata__"]["musicrnn"])


def stored_weights(model):
    """sha256 of names, kinds, shapes and bytes of what a model file holds."""
    arrays = sorted(load_file(model).items())
    return sha256(b"".join(f"{n} {a.dtype} {a.shape} ".encode() + a.tobytes() for n, a in arrays))


def sha256(content):
    """The first 16 digits."""
    return hashlib.sha256(content).hexdigest()[:16]


def _means(array):
    """The mean, the root of the mean square, and the mean weighed by cosines, which knows order."""
    values = array.astype(np.float64).ravel()
    weighed = values * np.cos(np.arange(len(values)))
    return [float(values.mean()), float(np.sqrt((values**2).mean())), float(weighed.mean())]


def _notes(path, ticks):
    """Ticks a quarter, and (start, pitch, duration, velocity, channel) of every note, in order."""
    file = mido.MidiFile(str(path))
    notes, begun = [], {}
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            key = (message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                begun.setdefault(key, []).append((now, message.velocity))
            else:
                start, velocity = begun[key].pop(0)
                notes.append((start, message.note, now - start, velocity, message.channel))
    times = file.ticks_per_beat // (ticks or file.ticks_per_beat)
    assert all(start % times == duration % times == 0 for start, _, duration, _, _ in notes)
    told = [(start // times, p, duration // times, *rest) for start, p, duration, *rest in notes]
    return [file.ticks_per_beat // times, sorted(told)]
