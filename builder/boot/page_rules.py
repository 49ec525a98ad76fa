"""What a judge outside Python is given so that it judges as verdict.py: the tables, as data. Pure.

The judge of a page is ktap.js and judge.js in templates/_docs/live/; watch.js beside them has its
patience. Tests hold them against those of Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from builder.boot import ktap, patience, verdict
from builder.boot.patience import Limit, Patience
from builder.boot.transcript import End, Phase
from builder.boot.verdict_words import MEANING, Word
from builder.boot.watch import MAX_OUTPUT_BYTES
from builder.model.outcomes import (
    BANNER_PREFIX,
    FINISHED_PREFIX,
    LOADER_PREFIX,
    OUTCOME_PORT,
    OUTCOMES,
    PANIC_PREFIX,
)

PATTERNS = {
    "version": ktap.VERSION,
    "plan": ktap.PLAN,
    "result": ktap.RESULT,
    "notOk": ktap.NOT_OK,
    "directive": ktap.DIRECTIVE,
    "finished": ktap.FINISHED,
    "blank": ktap.BLANK,
}
# What an emulator in a page can tell of its effort: it counts instructions, and it knows how long
# it has slept because the guest's CPU was halted. In the order in which patience.py looks at them.
UNITS = ("asleep_s", "instructions")


def page_rules() -> dict[str, object]:
    """All of them, as JSON takes it."""
    return {
        "prefixes": {
            "banner": BANNER_PREFIX,
            "panic": PANIC_PREFIX,
            "loader": LOADER_PREFIX,
            "finished": FINISHED_PREFIX,
        },
        "patterns": {name: javascript(pattern) for name, pattern in PATTERNS.items()},
        "indent": ktap.INDENT,
        "maxDepth": ktap.MAX_DEPTH,
        "shown": verdict.SHOWN,
        "context": verdict.CONTEXT,
        "outcomePort": OUTCOME_PORT,
        "outcomes": {outcome.name: outcome.code for outcome in OUTCOMES},
        "words": {word.name: _word(word) for word in Word},
        "ends": [end.name for end in End],
        "maxOutputBytes": MAX_OUTPUT_BYTES,
        "limits": {phase.name: _limits(Patience().of(phase)) for phase in Phase},
        "stalled": {
            "most": patience.STALLED_S,
            "silent": f"{patience.NO_OUTPUT_FOR} {patience.STALLED}",
            "whole": f"{patience.NO_END_WITHIN} {patience.STALLED}",
        },
    }


def javascript(pattern: re.Pattern[str]) -> list[str]:
    """A pattern that matches a whole line, as what RegExp takes: source and flags.

    Named groups are the only thing in which those of this project are written in another way. In a
    line the dot matches everything in Python, but for LF, which ends it.
    """
    ignores_case = "i" if pattern.flags & re.IGNORECASE else ""
    return [f"^(?:{pattern.pattern.replace('(?P<', '(?<')})$", f"s{ignores_case}"]


def _word(word: Word) -> Mapping[str, str]:
    family, advice = MEANING[word]
    return {"word": word.value, "family": family.value, "advice": advice}


def _limits(limit: Limit) -> dict[str, list[dict[str, object]]]:
    """For a silent guest, and for one that prints on and on."""
    return {
        "silent": list(_amounts(limit, patience.NO_OUTPUT_FOR)),
        "whole": list(_amounts(limit.times(patience.TOTAL), patience.NO_END_WITHIN)),
    }


def _amounts(limit: Limit, how: str) -> list[dict[str, object]]:
    return [
        {
            "unit": unit,
            "most": getattr(limit, unit),
            "words": f"{how} {patience.IN_WORDS[unit].format(getattr(limit, unit))}",
        }
        for unit in UNITS
    ]
