"""The network: encoder, mean over the words, one linear layer; and its way to ONNX."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from training.train import LONGEST


class Network(nn.Module):
    """Scores of the classes for a batch of texts."""

    def __init__(self, source: Path, classes: int) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(source), attn_implementation="eager")
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, classes)
        self.words = Tokenizer.from_file(str(source / "tokenizer.json"))
        self.words.no_padding()
        self.words.enable_truncation(LONGEST)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Scores, one row a text; ``mask`` is 1 where a row has a word."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        return self.head(self.drop((states * weights).sum(1) / weights.sum(1)))


def batch(words: Any, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers of words and their mask, padded at the end."""
    rows = [e.ids for e in words.encode_batch(texts)]
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row)], mask[n, : len(row)] = torch.tensor(row), 1
    return ids, mask


@torch.no_grad()
def predict(net: Network, texts: list[str]) -> list[int]:
    """Number of the likeliest class of each text."""
    return [int(net(*batch(net.words, [t])).argmax()) for t in texts]


def export(net: Network, path: Path) -> None:
    """Write the network as ONNX, weights of 8 bits."""
    ids, mask = batch(net.words, ["Two men were killed.", "Nothing happened here at all."])
    axes = {0: "texts", 1: "words"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            net,
            (ids, mask),
            str(full),
            input_names=["ids", "mask"],
            output_names=["scores"],
            dynamic_axes={"ids": axes, "mask": axes},
            opset_version=17,
            dynamo=False,
        )
        # Seven of the eight bits: processors without VNNI overflow on full ones.
        quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
