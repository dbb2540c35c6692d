"""What the encoder holds of one article, and what follows for whether there is an event.

Only on short texts does it decide that; on whole articles, where an event stands in a few sentences among many, it is
asked for the type of what the rules found. Does not pick types (``stage``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.code.learned.encoder import Encoder, Opinion, encoder

SHORT_CHARS = 1000
"""Letters of a text that the encoder can weigh as a whole; its training texts have up to 800."""

DOUBT = 0.02
"""Half of an even share among 26 classes."""


@dataclass
class Judge:
    """One article's judge.

    Attributes:
        short: whether the text is weighed as a whole.
        single: the rules see one event in it.
    """

    encoder: Encoder
    text: str
    short: bool
    single: bool = False
    _told: bool | None = field(default=None, init=False)

    @property
    def whole(self) -> Opinion:
        """What the whole text says; only for short ones."""
        return self.encoder.read(self.text)

    def of(self, passage: str) -> Opinion:
        """What an event's own sentences say; of a short text with one event the whole, with several both."""
        if not self.short:
            return self.encoder.read(passage)
        return self.whole if self.single else both(self.encoder.read(passage), self.whole)

    def stands(self, sub_event_type: str) -> bool:
        """Whether an event of a type can be one of several that a text reports: a short one must know the type."""
        return not self.short or self.whole.given_event(sub_event_type) >= self.limit("beside")

    def limit(self, name: str) -> float:
        """A threshold of the model's own file."""
        return self.encoder.thresholds[name]

    def sure(self) -> bool:
        """Whether a short text surely reports an event, so that one must be found."""
        return self.short and self.whole.none <= self.limit("sure")

    def refuses(self) -> bool:
        """Whether a short text surely reports none."""
        return self.short and self.whole.none >= self.limit("refuse")

    def telling(self, sentences: Sequence[str], sub_event_type: str) -> int:
        """Number of the sentence that tells of a type most clearly."""
        return max(range(len(sentences)), key=lambda n: self.encoder.read(sentences[n]).shares[sub_event_type])


def both(one: Opinion, other: Opinion) -> Opinion:
    """The opinion that two share, as a product of probabilities; neither alone can rule a type out."""
    products = {t: p * (other.shares[t] + DOUBT) for t, p in one.shares.items()}
    total = sum(products.values())
    return Opinion({t: p / total for t, p in products.items()})


def judge_of(text: str) -> Judge | None:
    """The judge of one article; None where the rules decide alone."""
    found = encoder()
    if found is None:
        return None
    return Judge(found, " ".join(text.split()), len(text) <= SHORT_CHARS)
