"""The network: an encoder, classes of the mean over its words, roles of each word; and its way to ONNX."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from training.samples import ROLES, Sample

LONGEST = 192
"""Pieces of words read; the longest report has about 100, three sentences of an article up to 160."""


class Network(nn.Module):
    """Scores of the classes of a text, and of each word's roles.

    The words of the trigger that is asked for are told apart by the second of the encoder's two kinds of input.
    """

    def __init__(self, source: Path, classes: int) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(source), attn_implementation="eager")
        size = self.encoder.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(size, classes)
        self.asked = nn.Linear(2 * size, classes)
        # Of each role: whether a word is in it, and whether it begins it.
        self.roles = nn.Linear(2 * size, 2 * len(ROLES))
        self.words = Tokenizer.from_file(str(source / "tokenizer.json"))
        self.words.no_padding()
        self.words.enable_truncation(LONGEST)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of classes (texts, classes) and of roles (texts, words, 2 * roles).

        Args:
            ids, mask, kinds: (texts, words); ``mask`` is 1 where a row has a word, ``kinds`` 1 on the trigger.
        """
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        mean = (states * weights).sum(1) / weights.sum(1)
        on = kinds.unsqueeze(-1).float()
        trigger = (states * on).sum(1) / on.sum(1).clamp(min=1.0)
        about = self.asked(self.drop(torch.cat([mean, trigger], -1)))
        whole = self.head(self.drop(mean))
        scores = torch.where(kinds.amax(1, keepdim=True) > 0, about, whole)
        beside = trigger.unsqueeze(1).expand_as(states)
        return scores, self.roles(self.drop(torch.cat([states, beside], -1)))


def batch(words: Any, samples: Sequence[Sample]) -> tuple[list[Any], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """The encodings of some samples, and their numbers of words, mask and kinds, padded at the end."""
    rows = words.encode_batch([s.text for s in samples])
    ids = torch.zeros(len(rows), max(len(r.ids) for r in rows), dtype=torch.long)
    mask, kinds = torch.zeros_like(ids), torch.zeros_like(ids)
    for n, (row, sample) in enumerate(zip(rows, samples, strict=True)):
        ids[n, : len(row.ids)], mask[n, : len(row.ids)] = torch.tensor(row.ids), 1
        if sample.trigger:
            for i, (low, high) in enumerate(row.offsets):
                if low < sample.trigger[1] and sample.trigger[0] < high:
                    kinds[n, i] = 1
    return rows, (ids, mask, kinds)


def wanted_roles(rows: Sequence[Any], samples: Sequence[Sample], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The right answer for each word's roles, and where it is known: both (texts, words, 2 * roles)."""
    wanted = torch.zeros(len(rows), width, 2 * len(ROLES))
    known = torch.zeros_like(wanted)
    for n, (row, sample) in enumerate(zip(rows, samples, strict=True)):
        for r, role in enumerate(ROLES):
            if role in sample.known:
                known[n, : len(row.ids), 2 * r : 2 * r + 2] = 1
        for span in sample.spans:
            r = ROLES.index(span.role)
            inside = [i for i, (low, high) in enumerate(row.offsets) if low < span.end and span.start < high]
            if inside:
                wanted[n, inside, 2 * r] = 1
                wanted[n, inside[0], 2 * r + 1] = 1
    return wanted, known


def export(net: Network, path: Path) -> None:
    """Write the network as ONNX, weights of 8 bits."""
    samples = [Sample("Two men were killed.", (), (13, 19)), Sample("Nothing happened here at all.", ())]
    _, inputs = batch(net.words, samples)
    axes = {0: "texts", 1: "words"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            net,
            inputs,
            str(full),
            input_names=["ids", "mask", "kinds"],
            output_names=["scores", "roles"],
            dynamic_axes={"ids": axes, "mask": axes, "kinds": axes, "scores": {0: "texts"}, "roles": axes},
            opset_version=17,
            dynamo=False,
        )
        # Seven of the eight bits: processors without VNNI overflow on full ones.
        quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
