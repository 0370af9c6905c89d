"""Every cell once more in plain NumPy, float64, written from the papers' equations alone.

These are witnesses, not code to use: one row and one step at a time, every gate by itself, nothing
taken from musicrnn but the parameters' names and the order of their row blocks. A step is

    step(w, x, state, layer) -> (what goes up, new state)

with ``w`` the parameters of one layer by name, ``x`` what comes from below (a tuple of vectors) and
``state`` a dictionary of vectors. :func:`run` takes a stack of them through a batch of sequences.
"""

from functools import partial

import numpy as np

from tests.musicrnn.cells.gates import blocks, g, s
from tests.musicrnn.cells.modular import clockwork, grid


def elman(w, x, state, layer, alpha=np.tanh):
    h = alpha(
        w["weight_ih"] @ x[0] + w["weight_hh"] @ state["hidden"] + w["bias_ih"] + w["bias_hh"]
    )
    return (h,), {"hidden": h}


def lstm(w, x, state, layer):
    W, U = blocks(w["weight_ih"], "ifzo"), blocks(w["weight_hh"], "ifzo")
    b = blocks(w["bias_ih"] + w["bias_hh"], "ifzo")
    a = {k: W[k] @ x[0] + U[k] @ state["hidden"] + b[k] for k in "ifzo"}
    c = s(a["f"]) * state["cell"] + s(a["i"]) * np.tanh(a["z"])
    h = s(a["o"]) * np.tanh(c)
    return (h,), {"hidden": h, "cell": c}


def greff(w, x, state, layer, variant="v"):
    """V and eight of its variants (FGR below)."""
    missing = {"nig": "i", "nfg": "f", "nog": "o", "cifg": "i"}.get(variant, "")
    there = "ifzo".replace(missing, "")
    W, U = blocks(w["weight_ih"], there), blocks(w["weight_hh"], there)
    b = blocks(w["bias_ih"], there)
    p = {"i": "peephole_input", "f": "peephole_forget", "o": "peephole_output"}
    c0 = state["cell"]

    def sum_of(gate):
        return W[gate] @ x[0] + U[gate] @ state["hidden"] + b[gate]

    def peep(gate, c):
        return 0.0 if variant == "np" else w[p[gate]] * c

    z = sum_of("z") if variant == "niaf" else np.tanh(sum_of("z"))
    f = 1.0 if variant == "nfg" else s(sum_of("f") + peep("f", c0))
    if variant == "cifg":
        i = 1 - f
    else:
        i = 1.0 if variant == "nig" else s(sum_of("i") + peep("i", c0))
    c = z * i + c0 * f
    o = 1.0 if variant == "nog" else s(sum_of("o") + peep("o", c))
    h = o * (c if variant == "noaf" else np.tanh(c))
    return (h,), {"hidden": h, "cell": c}


def fgr(w, x, state, layer):
    W, U = blocks(w["weight_ih"], "ifzo"), blocks(w["weight_hh"], "ifzo")
    b = blocks(w["bias_ih"], "ifzo")
    R = {gate: np.split(rows, 3, axis=1) for gate, rows in blocks(w["weight_gates"], "ifo").items()}
    c0 = state["cell"]

    def sum_of(gate):
        return W[gate] @ x[0] + U[gate] @ state["hidden"] + b[gate]

    def recalled(gate):
        from_i, from_f, from_o = R[gate]
        i, f, o = (state[f"{name}_gate"] for name in ("input", "forget", "output"))
        return from_i @ i + from_f @ f + from_o @ o

    i = s(sum_of("i") + recalled("i") + w["peephole_input"] * c0)
    f = s(sum_of("f") + recalled("f") + w["peephole_forget"] * c0)
    c = np.tanh(sum_of("z")) * i + c0 * f
    o = s(sum_of("o") + recalled("o") + w["peephole_output"] * c)
    h = np.tanh(c) * o
    gates = {"input_gate": i, "forget_gate": f, "output_gate": o}
    return (h,), {"hidden": h, "cell": c, **gates}


def gru(w, x, state, layer):
    """torch's: the reset gate after the recurrent product."""
    W, U = blocks(w["weight_ih"], "rzn"), blocks(w["weight_hh"], "rzn")
    b, d = blocks(w["bias_ih"], "rzn"), blocks(w["bias_hh"], "rzn")
    h = state["hidden"]
    r = s(W["r"] @ x[0] + b["r"] + U["r"] @ h + d["r"])
    z = s(W["z"] @ x[0] + b["z"] + U["z"] @ h + d["z"])
    n = np.tanh(W["n"] @ x[0] + b["n"] + r * (U["n"] @ h + d["n"]))
    h = z * h + (1 - z) * n
    return (h,), {"hidden": h}


def gru_cho(w, x, state, layer):
    W, b = blocks(w["weight_ih"], "rzn"), blocks(w["bias_ih"], "rzn")
    U = blocks(w["weight_hh"], "rz")
    h = state["hidden"]
    r = s(W["r"] @ x[0] + U["r"] @ h + b["r"])
    z = s(W["z"] @ x[0] + U["z"] @ h + b["z"])
    n = np.tanh(W["n"] @ x[0] + w["weight_hh_candidate"] @ (r * h) + b["n"])
    h = z * h + (1 - z) * n
    return (h,), {"hidden": h}


def mut(w, x, state, layer, form=1):
    """z multiplies the candidate here; x is projected where the paper adds it as it is."""
    W = blocks(w["weight_ih"], "rzn")
    b = {**blocks(w["bias_ih"], "rz"), "n": w["bias_candidate"]}
    h = state["hidden"]
    r = s(W["r"] @ x[0] + w["weight_hh"] @ h + b["r"])
    if form == 1:
        z = s(W["z"] @ x[0] + b["z"])
    else:
        z = s(W["z"] @ x[0] + w["weight_hh_update"] @ (h if form == 2 else np.tanh(h)) + b["z"])
    seen = np.tanh(W["n"] @ x[0]) if form == 1 else W["n"] @ x[0]
    n = np.tanh(w["weight_hh_candidate"] @ (r * h) + seen + b["n"])
    h = n * z + h * (1 - z)
    return (h,), {"hidden": h}


def depth_gated(w, x, state, layer):
    names = "ifzo" if layer == 0 else "ifzod"
    W, b = blocks(w["weight_ih"], names), blocks(w["bias_ih"], names)
    U = blocks(w["weight_hh"], "ifzo")
    c0 = state["cell"]
    a = {k: W[k] @ x[0] + U[k] @ state["hidden"] + b[k] for k in "ifzo"}
    i = s(a["i"] + w["peephole_input"] * c0)
    f = s(a["f"] + w["peephole_forget"] * c0)
    c = f * c0 + i * np.tanh(a["z"])
    if layer > 0:
        below = x[1]
        d = s(b["d"] + W["d"] @ x[0] + w["peephole_depth"] * c0 + w["peephole_below"] * below)
        c = c + d * below
    o = s(a["o"] + w["peephole_output"] * c)
    h = o * np.tanh(c)
    return (h, c), {"hidden": h, "cell": c}


def mingru(w, x, state, layer):
    W, b = blocks(w["weight_ih"], "zn"), blocks(w["bias_ih"], "zn")
    z = s(W["z"] @ x[0] + b["z"])
    h = (1 - z) * state["hidden"] + z * g(W["n"] @ x[0] + b["n"])
    return (h,), {"hidden": h}


def minlstm(w, x, state, layer):
    W, b = blocks(w["weight_ih"], "ifn"), blocks(w["bias_ih"], "ifn")
    i, f = s(W["i"] @ x[0] + b["i"]), s(W["f"] @ x[0] + b["f"])
    h = f / (f + i) * state["hidden"] + i / (f + i) * g(W["n"] @ x[0] + b["n"])
    return (h,), {"hidden": h}


def slstm(w, x, state, layer):
    """Without a stabiliser: cell and normaliser as they are. Only h is compared."""
    W, U = blocks(w["weight_ih"], "ifzo"), blocks(w["weight_hh"], "ifzo")
    b = blocks(w["bias_ih"], "ifzo")
    a = {k: W[k] @ x[0] + U[k] @ state["hidden"] + b[k] for k in "ifzo"}
    scale = np.exp(state["stabiliser"])
    c = s(a["f"]) * scale * state["cell"] + np.exp(a["i"]) * np.tanh(a["z"])
    n = s(a["f"]) * scale * state["normaliser"] + np.exp(a["i"])
    h = s(a["o"]) * c / n
    return (h,), {"hidden": h, "cell": c, "normaliser": n, "stabiliser": np.zeros_like(h)}


def rglru(w, x, state, layer):
    W, b = blocks(w["weight_ih"], "riu"), blocks(w["bias_ih"], "riu")
    a = {k: W[k] @ x[0] + b[k] for k in "riu"}
    decay = np.exp(-8 * np.log(1 + np.exp(w["decay"])) * s(a["r"]))
    h = decay * state["hidden"] + np.sqrt(1 - decay**2) * (s(a["i"]) * a["u"])
    return (h,), {"hidden": h}


def relu(a):
    return np.maximum(a, 0)


GREFF = {v: partial(greff, variant=v) for v in ("nig", "nfg", "nog", "niaf", "noaf", "cifg", "np")}
TRANSCRIPTIONS = {
    "elman": elman,
    "elman-relu": partial(elman, alpha=relu),
    "lstm": lstm,
    "lstm-peephole": greff,
    **GREFF,
    "fgr": fgr,
    "gru": gru,
    "gru-cho": gru_cho,
    "mut1": partial(mut, form=1),
    "mut2": partial(mut, form=2),
    "mut3": partial(mut, form=3),
    "depth-gated": depth_gated,
    "grid": grid,
    "clockwork": clockwork,
    "clockwork-lstm": partial(clockwork, modules="lstm"),
    "mingru": mingru,
    "minlstm": minlstm,
    "slstm": slstm,
    "rglru": rglru,
}


def run(step, layers, xs, states):
    """Outputs [T, B, H] of a stack, and its last states, one dictionary of [B, n] a layer.

    ``layers`` has the parameters of each layer, ``xs`` is [T, B, I], ``states`` as it is returned.
    """
    hs, ends = [], [{name: np.zeros_like(v) for name, v in layer.items()} for layer in states]
    for b in range(xs.shape[1]):
        here = [{name: v[b] for name, v in layer.items()} for layer in states]
        row = []
        for x in xs[:, b]:
            flow = (x,)
            for index, w in enumerate(layers):
                flow, here[index] = step(w, flow, here[index], index)
            row.append(flow[0])
        hs.append(row)
        for end, last in zip(ends, here, strict=True):
            for name in end:
                end[name][b] = last[name]
    return np.array(hs).swapaxes(0, 1), ends
