"""The words of the editor's scripts: CodeMirror's own, the blocks that `/` offers, and what is said while saving.

A block's `text` is a snippet: `${…}` are places to fill in, one after the other by Tab.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def words() -> dict[str, Any]:
    """All of them in the language of this request, as JSON for the page."""
    return {"phrases": _phrases(), "blocks": _blocks(), "said": _said()}


def _blocks() -> list[dict[str, str]]:
    choices = _("- [${If this}](#${section})\n- [${If that}](#${section-2})\n")
    table = _("| ${Case} | ${What to do} |\n| --- | --- |\n| ${First case} | ${Do this} |\n")
    hidden = _("What not everybody should have on screen.")
    return [
        _block("step", _("Step"), _("a section of its own"), _("## ${What to do}\n\n${How to do it.}\n")),
        _block("choices", _("Choice list"), _("ways on from a step"), choices),
        _block("outcome", _("Outcome"), _("the end of a path"), f"Outcome: ${{{_('What was reached')}}}\n"),
        _fenced("warning", _("Warning"), _("what must not go wrong"), _("What to watch out for.")),
        _fenced("note", _("Note"), _("good to know"), _("What is good to know.")),
        _fenced("tip", _("Tip"), _("what makes it easier"), _("What makes it easier.")),
        _fenced(
            "only", _("Only for"), _("some markets or channels"), _("What holds only there."), " market=${DE}"
        ),
        _fenced("sensitive", _("Sensitive"), _("folded behind a notice"), hidden),
        _block("table", _("Table"), _("two columns to begin with"), table),
    ]


def _block(name: str, label: str, detail: str, text: str) -> dict[str, str]:
    return {"name": name, "label": label, "detail": detail, "text": text}


def _fenced(name: str, label: str, detail: str, placeholder: str, more: str = "") -> dict[str, str]:
    return _block(name, label, detail, f":::{name}{more}\n${{{placeholder}}}\n:::\n")


def _said() -> dict[str, str]:
    return {
        "saving": _("Saving…"),
        "unsaved": _("Not saved yet"),
        "not_saved": _("Not saved: {why}"),
        "offline": _("the desk cannot be reached. Your text stays here."),
        "session": _("your session is over. Log in in another tab, then save again. Your text stays here."),
        "missing": _("this draft is not there any more."),
        "late": _("The preview took too long. Your text is still here; saving works."),
        "link": _("words of the link"),
        "bold": _("bold"),
        "italic": _("italic"),
        "uploading": _("Uploading {name}…"),
        "not_uploaded": _("{name} was not added: {why}"),
        "pasted": _("Pasted with its headings, lists and tables. Undo once for plain text."),
        "not_converted": _("Pasted as plain text: {why}"),
        "kept": _("There is text here from {time} that was not saved."),
        "newer": _("Somebody has saved a newer text of this draft."),
        "moved": _("Moved “{title}”. Undo puts it back."),
        "cannot_move": _("“{title}” is at that end of its part already."),
    }


def _phrases() -> dict[str, str]:
    """What CodeMirror says itself, by its English words."""
    return {
        "Completions": _("Suggestions"),
        "Diagnostics": _("Problems"),
        "No diagnostics": _("No problems"),
        "Find": _("Find"),
        "Replace": _("Replace"),
        "next": _("next"),
        "previous": _("previous"),
        "all": _("all"),
        "match case": _("match case"),
        "regexp": _("pattern"),
        "by word": _("whole words"),
        "replace": _("replace"),
        "replace all": _("replace all"),
        "close": _("close"),
        "current match": _("this match"),
        "on line": _("on line"),
        "replaced match on line $": _("replaced the match on line $"),
        "replaced $ matches": _("replaced $ matches"),
        "Control character": _("Control character"),
        "Selection deleted": _("Selection deleted"),
        "Go to line": _("Go to line"),
        "go": _("go"),
    }
