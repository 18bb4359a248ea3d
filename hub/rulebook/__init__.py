"""The law as data, and the one function that weighs it: may this category go to this agency?

In: a folder of typed TOML (`law/`), and recorded facts as closed values with the London day asked.
Out: a Rulebook, a Decision (what may be shown, by which rule, what is missing), and plain words.
Never here: a clock, a database, a network, settings, a log line, names or free text. The only
input read is the rulebook itself, once, in `loader`.

The facts are three-valued: one of their closed values, or not on record. A fact nobody recorded
fails a permit and, unless the rule says otherwise and why, bites in a forbid. One forbid outweighs
every permit, save the statutory duties that it names as the ones it yields to.
"""

from hub.rulebook.book import Rulebook
from hub.rulebook.decide import decide
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.errors import RulebookError
from hub.rulebook.explain import Sentence, explain
from hub.rulebook.loader import load, shipped
from hub.rulebook.rule import Rule

__all__ = [
    "Decision",
    "Outcome",
    "Rule",
    "Rulebook",
    "RulebookError",
    "Sentence",
    "decide",
    "explain",
    "load",
    "shipped",
]
