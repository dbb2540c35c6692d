"""Article to mentions: what happened, who, whom, when, where, how many, and who says so, each with its quote.

``code_lines`` is the command line's interface, ``RuleCoder`` the engine behind it; any other coder plugs in beside it
through the ``Coder`` protocol.
"""

from etl.code.lines import code_article, code_lines, to_json

__all__ = ["code_article", "code_lines", "to_json"]
