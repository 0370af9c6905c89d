"""How many tokens a second a GPU draws; see gpu.py beside this file, which runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.language_steps import LanguageSteps, exact_products
from musicrnn.sampling.capture import as_it_is, cuda_graph
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_sampler import GraphSampler, Replays
from musicrnn.sampling.graph_steps import GraphSteps, primed_state
from musicrnn.tokens import Controls
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.protocol import START

POP = BeatTokenizer()
FREE = 400  # ids of the network that draws without a grammar
SETTINGS = Settings(temperature=0.9)
TIMES_NAIVE, SHARE_OF_FLOOR = 10, 0.5


@dataclass
class Table:
    device: torch.device
    quick: bool
    batches: list[int]
    precisions: list[str]
    ways: list[str]
    steps: int
    speeds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cuda = self.device.type == "cuda"
        self.hidden, self.embedding = (32, 16) if self.quick else (512, 192)
        if self.quick:
            self.batches = [1, 4]

    def lines(self) -> Iterator[str]:
        self.measure()
        yield (
            f"\ncopying {self.speeds['bytes'] / 1e9:.0f} GB/s, products "
            f"{self.speeds['float32'] / 1e12:.2f} (float32) and "
            f"{self.speeds['bfloat16'] / 1e12:.2f} (bfloat16) Tflop/s; {self.steps} steps a replay"
        )
        heads = ("naive", "floor", "free", "grammar", "pieces")
        yield f"\n{'tokens/s':>20}{'batch':>7}" + "".join(f"{head:>12}" for head in heads)
        stepped = {batch: self.naive(self.network(FREE), batch) for batch in self.batches}
        best: dict[tuple[int, str, str], float] = {}
        for way in self.ways:
            for precision in self.precisions:
                for batch in self.batches:
                    how = Replays(self.steps, precision, compiled=way == "compiled")
                    head = f"{way + ' ' + precision:>20}{batch:7}"
                    try:
                        free, (ruled, whole) = self.free(how, batch), self.ruled(how, batch)
                    except Exception as error:  # the other rows are made all the same
                        self.failed.append(head.strip())
                        yield f"{head}  {type(error).__name__}: {str(error).strip()[:200]}"
                        continue
                    for what, rate in (("free", free), ("grammar", ruled)):
                        key = batch, precision, what
                        best[key] = max(rate, best.get(key, 0.0))
                    numbers = stepped[batch], self.floor(batch, precision), free, ruled, whole
                    yield head + "".join(f"{number:12.0f}" for number in numbers)
        yield ""
        for (batch, precision, what), rate in best.items():
            times, share = rate / stepped[batch], rate / self.floor(batch, precision)
            verdict = ""
            if batch == 1:
                holds = "holds" if times >= TIMES_NAIVE else "does not hold"
                verdict = f"; a bound of {TIMES_NAIVE} times naive {holds}"
            if batch == 1024:
                holds = "holds" if share >= SHARE_OF_FLOOR else "does not hold"
                verdict = f"; a bound of {SHARE_OF_FLOOR} of the floor {holds}"
            yield (
                f"batch {batch}, {precision}, {what}: {times:.1f} times naive, "
                f"{share:.2f} of the floor{verdict}"
            )

    def network(self, vocabulary: int) -> LanguageModel:
        torch.manual_seed(0)
        config = LanguageConfig(
            vocabulary=vocabulary, embedding=self.embedding, hidden=self.hidden, layers=2
        )
        return LanguageModel(config).to(self.device).eval()

    def seconds(self, function: Callable[[], object]) -> float:
        """Of one call: the fastest of three runs that are long enough to be timed."""
        least = 0.01 if self.quick else 0.2
        count, took = 1, self._run(function, 3)
        while took < least:
            count *= 2 if took > least / 4 else 4
            took = self._run(function, count)
        return min(took, *(self._run(function, count) for _ in range(2))) / count

    def _run(self, function: Callable[[], object], count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            function()
        if self.cuda:
            torch.cuda.synchronize(self.device)
        return time.perf_counter() - began

    def measure(self) -> None:
        """Bytes a second of copying, read and written; operations a second of large products."""
        here = torch.empty(2**20 if self.quick else 2**28, device=self.device)
        there = torch.empty_like(here)
        self.speeds["bytes"] = 2 * here.nbytes / self.seconds(lambda: there.copy_(here))
        size = 256 if self.quick else 8192
        for name, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
            a = torch.randn(size, size, device=self.device).to(kind)
            with exact_products():
                self.speeds[name] = 2 * size**3 / self.seconds(lambda a=a: a @ a)

    def floor(self, batch: int, precision: str) -> float:
        """Tokens a second if a step were its products alone; the first layer's input is looked up
        in a table, so there are three of 4H x H and the output's."""
        weights = 3 * 4 * self.hidden**2 + self.hidden * FREE
        size = 4 if precision == "float32" else 2
        reading = weights * size / self.speeds["bytes"]
        return batch / max(reading, 2 * weights * batch / self.speeds[precision])

    def naive(self, model: LanguageModel, batch: int) -> float:
        """Tokens a second of stepping nn.LSTM."""
        lstm = torch.nn.LSTM(self.embedding, self.hidden, num_layers=2, batch_first=True)
        lstm = lstm.to(self.device)
        ids = torch.zeros(batch, 1, dtype=torch.long, device=self.device)
        zeros = torch.zeros(2, batch, self.hidden, device=self.device)
        kept = ids, (zeros, zeros)

        def step() -> None:
            nonlocal kept
            y, state = lstm(model.embedding(kept[0]), kept[1])
            kept = torch.multinomial(model.output(y[:, 0]).softmax(1), 1), state

        with torch.inference_mode():
            return batch / self.seconds(step)

    def free(self, how: Replays, batch: int) -> float:
        """Tokens a second of replays without a grammar."""
        steps = LanguageSteps(self.network(FREE), bf16=how.precision == "bfloat16")
        start = primed_state(steps, None, [START], SETTINGS)
        graph = GraphSteps(steps, None, start, settings=SETTINGS, slots=batch, steps=how.steps)
        graph.record(cuda_graph if self.cuda else as_it_is, compiled=how.compiled)
        return self.rate(graph)

    def ruled(self, how: Replays, batch: int) -> tuple[float, float]:
        """Under pop's grammar: of replays, and of whole pieces, twice as many as slots."""
        sampler = GraphSampler(self.network(len(POP.vocabulary)), slots=batch, replays=how)
        controls = Controls(bars=1 if self.quick else 8)
        list(sampler.sample(POP, controls, [], settings=SETTINGS))  # records
        assert sampler.recorded is not None
        alone = self.rate(sampler.recorded[1])
        began = time.perf_counter()
        found = list(sampler.sample(POP, controls, range(2 * batch), settings=SETTINGS))
        return alone, sum(len(ids) - 1 for _, ids in found) / (time.perf_counter() - began)

    def rate(self, graph: GraphSteps) -> float:
        graph.uniforms.uniform_()
        return graph.slots * graph.steps / self.seconds(graph.replay)
