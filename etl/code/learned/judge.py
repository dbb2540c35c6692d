"""What the encoder holds of one short text, and what follows for whether there is an event.

Whole articles, where an event stands in a few sentences among many, have no judge. Does not pick types (``stage``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.code.learned.encoder import Encoder, Opinion, encoder

SHORT_CHARS = 600
"""Letters of a text that the encoder can weigh as a whole; its training texts have up to 380, in one paragraph."""

FEWEST_WORDS = 12
"""Words from which on an event may be found that the rules do not see: in fewer a mere "drone" decides."""
DOUBT = 0.02
"""Half of an even share among 26 classes."""


@dataclass
class Judge:
    """One short text's judge.

    Attributes:
        single: the rules see one event in it.
    """

    encoder: Encoder
    text: str
    single: bool = False

    @property
    def whole(self) -> Opinion:
        """What the whole text says."""
        return self.encoder.read(self.text)

    def of(self, passage: str) -> Opinion:
        """What tells of one event: the whole text, beside others its own sentences too."""
        return self.whole if self.single else both(self.encoder.read(passage), self.whole)

    def stands(self, sub_event_type: str) -> bool:
        """Whether an event of a type can be one of several: the text as a whole must know the type."""
        return self.whole.given_event(sub_event_type) >= self.limit("beside")

    def limit(self, name: str) -> float:
        """A threshold of the model's own file."""
        return self.encoder.thresholds[name]

    def sure(self) -> bool:
        """Whether the text surely reports an event, so that one must be found."""
        return len(self.text.split()) >= FEWEST_WORDS and self.whole.none <= self.limit("sure")

    def refuses(self) -> bool:
        """Whether the text surely reports none."""
        return self.whole.none >= self.limit("refuse")

    def telling(self, sentences: Sequence[str], sub_event_type: str) -> int:
        """Number of the sentence that tells of a type most clearly."""
        return max(range(len(sentences)), key=lambda n: self.encoder.read(sentences[n]).shares[sub_event_type])


def both(one: Opinion, other: Opinion) -> Opinion:
    """The opinion that two share, as a product of probabilities; neither alone can rule a type out."""
    products = {t: p * (other.shares[t] + DOUBT) for t, p in one.shares.items()}
    total = sum(products.values())
    return Opinion({t: p / total for t, p in products.items()})


def judge_of(text: str) -> Judge | None:
    """The judge of a text; None where it has the form of an article or the stage is off, and the rules decide alone."""
    short = len(text) <= SHORT_CHARS and "\n\n" not in text.strip()
    found = encoder() if short else None
    return Judge(found, " ".join(text.split())) if found is not None else None
