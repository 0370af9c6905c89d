"""Transcriptions of grids and clockworks, whose steps are made of several networks."""

import numpy as np

from tests.musicrnn.cells.gates import blocks, s


def grid(w, x, state, layer, priority="", depth="lstm"):
    """h = o tanh(m), not the printed tanh(o m)."""
    if layer == 0:
        x = np.split(w["weight_enter"] @ x[0] + w["bias_enter"], 2)
    h_depth, m_depth = x
    h_time, m_time = state["hidden"], state["cell"]

    def lstm_block(both, m, from_depth, from_time, bias):
        H = np.concatenate([both["time"], both["depth"]])
        matrix = blocks(np.concatenate([from_time, from_depth], 1), "ifzo")
        b = blocks(bias, "ifzo")
        u, f, o = (s(matrix[k] @ H + b[k]) for k in "ifo")
        m = f * m + u * np.tanh(matrix["z"] @ H + b["z"])
        return o * np.tanh(m), m

    def move_time(both):
        return lstm_block(both, m_time, w["weight_ih"], w["weight_hh"], w["bias_ih"])

    def move_depth(both):
        if depth == "lstm":
            matrices = w["weight_depth_ih"], w["weight_depth_hh"]
            return lstm_block(both, m_depth, *matrices, w["bias_depth"])
        total = w["weight_depth_ih"] @ both["depth"] + w["weight_depth_hh"] @ both["time"]
        alpha = {"identity": lambda v: v, "tanh": np.tanh, "relu": lambda v: np.maximum(v, 0)}
        return alpha[depth](total + w["bias_depth"]), m_depth

    both = {"time": h_time, "depth": h_depth}
    if priority == "time":
        up = move_depth(both)
        new = move_time({**both, "depth": up[0]})
    else:
        new = move_time(both)
        up = move_depth({**both, "time": new[0]} if priority == "depth" else both)
    return up, {"hidden": new[0], "cell": new[1]}


def clockwork(w, x, state, layer, periods=(1, 2, 4, 8, 16), modules="elman"):
    """The masked dense form: one full matrix, zero where fast would drive slow, all rows computed,
    those of sleeping modules thrown away."""
    gates = "h" if modules == "elman" else "ifzo"
    n, now = len(state["hidden"]), int(state["clock"][0])
    sizes = [len(w[f"weight_hh_{m}"]) // len(gates) for m in range(len(periods))]
    U = {k: np.zeros((n, n)) for k in gates}
    W, b, start = {k: [] for k in gates}, {k: [] for k in gates}, 0
    for m, size in enumerate(sizes):
        here = slice(len(gates) * start, len(gates) * (start + size))
        for k, rows in blocks(w[f"weight_hh_{m}"], gates).items():
            U[k][start : start + size, start:] = rows
            W[k].append(blocks(w["weight_ih"][here], gates)[k])
            b[k].append(blocks(w["bias_ih"][here], gates)[k])
        start += size
    awake = np.repeat([now % period == 0 for period in periods], sizes)
    W, b = ({k: np.concatenate(rows[k]) for k in gates} for rows in (W, b))
    a = {k: W[k] @ x[0] + U[k] @ state["hidden"] + b[k] for k in gates}
    new = {"clock": np.array([(now + 1) % np.lcm.reduce(periods)])}
    if modules == "elman":
        h = np.tanh(a["h"])
    else:
        c = s(a["f"]) * state["cell"] + s(a["i"]) * np.tanh(a["z"])
        h = s(a["o"]) * np.tanh(c)
        new["cell"] = np.where(awake, c, state["cell"])
    new["hidden"] = np.where(awake, h, state["hidden"])
    return (new["hidden"],), new
