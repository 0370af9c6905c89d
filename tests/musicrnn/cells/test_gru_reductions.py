"""Members of the GRU family that are each other for special weights, and where they are not.

The rows are reset, update, candidate in all of them. Jozefowicz's update gate multiplies the
candidate, Cho's the old state: one is the other with the gate's weights negated.
"""

import torch

from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    largest,
    outputs,
    parameters_of,
    random_stack,
    random_state,
    random_tensor,
    set_parameters,
)

H = HIDDEN
RESET, UPDATE, CANDIDATE = slice(0, H), slice(H, 2 * H), slice(2 * H, 3 * H)
X = random_tensor(BATCH, STEPS, INPUTS)


def cho_with_update_negated(mutated):
    """Cho's GRU with the weights of mut1, mut2 or mut3."""
    network = random_stack("gru-cho")
    w = parameters_of(mutated)
    update = w.get("weight_hh_update", torch.zeros(H, H))
    weights = {
        "weight_ih": w["weight_ih"].clone(),
        "weight_hh": torch.cat([w["weight_hh"], -update]),
        "weight_hh_candidate": w["weight_hh_candidate"],
        "bias_ih": torch.cat([w["bias_ih"], w["bias_candidate"]]),
    }
    for name in ("weight_ih", "bias_ih"):
        weights[name][UPDATE] *= -1
    set_parameters(network, weights)
    return network


def same_weights():
    """torch's form and Cho's with the same matrices; torch's second bias 0."""
    torchs, cho = random_stack("gru"), random_stack("gru-cho")
    w = parameters_of(torchs)
    w["bias_hh"].zero_()
    set_parameters(
        cho,
        {
            "weight_ih": w["weight_ih"],
            "weight_hh": w["weight_hh"][: 2 * H],
            "weight_hh_candidate": w["weight_hh"][CANDIDATE],
            "bias_ih": w["bias_ih"],
        },
    )
    return torchs, cho


def test_torchs_gru_is_not_chos() -> None:
    torchs, cho = same_weights()
    assert largest(outputs(torchs, X) - outputs(cho, X)) > 0.1
    for network in (torchs, cho):  # with every reset gate open they are
        parameters_of(network)["weight_ih"][RESET] = 0.0
        parameters_of(network)["weight_hh"][RESET] = 0.0
        parameters_of(network)["bias_ih"][RESET] = 40.0
    assert largest(outputs(torchs, X) - outputs(cho, X)) < 1e-12


def test_an_open_update_gate_holds_the_state() -> None:
    for network in same_weights():
        parameters_of(network)["bias_ih"][UPDATE] = 800.0
        state = random_state(network)
        held = state[0][0][:, None].expand(BATCH, STEPS, H)
        assert largest(outputs(network, X, state) - held) < 1e-12


def test_a_shut_reset_gate_forgets_the_state() -> None:
    for network in same_weights():
        w = parameters_of(network)
        w["bias_ih"][RESET] = -800.0
        w["bias_ih"][UPDATE] = -800.0
        expected = (X @ w["weight_ih"][CANDIDATE].T + w["bias_ih"][CANDIDATE]).tanh()
        assert largest(outputs(network, X, random_state(network)) - expected) < 1e-12


def test_mut2_with_a_projection_is_chos_gru_for_all_weights() -> None:
    for seed in range(3):
        mutated = random_stack("mut2", seed=seed)
        difference = outputs(mutated, X) - outputs(cho_with_update_negated(mutated), X)
        assert largest(difference) < 1e-12


def test_mut3_is_chos_gru_where_the_update_gate_sees_no_state() -> None:
    mutated = random_stack("mut3")
    assert largest(outputs(mutated, X) - outputs(cho_with_update_negated(mutated), X)) > 1e-3
    parameters_of(mutated)["weight_hh_update"].zero_()
    assert largest(outputs(mutated, X) - outputs(cho_with_update_negated(mutated), X)) < 1e-12


def test_mut1_goes_to_chos_gru_as_the_input_gets_small() -> None:
    mutated = random_stack("mut1")
    cho = cho_with_update_negated(mutated)
    assert largest(outputs(mutated, X) - outputs(cho, X)) > 1e-2
    assert largest(outputs(mutated, 1e-5 * X) - outputs(cho, 1e-5 * X)) < 1e-13  # a^3 / 3
