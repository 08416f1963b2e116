"""Sources as hypothesis makes them: plain words, marks of the syntax and hostile bits, mixed."""

from hypothesis import strategies as st

from tests.text.attacks import OWN

MARKS = [
    "\n", "\n\n", "# ", "## ", "### ", "- ", "1. ", "> ", "    ", "```\n", "~~~", ":::only market=DE\n",
    ":::sensitive\n", ":::\n", ":::x\n", "|", "|---|\n", "---\n", "===\n", "*", "**", "_", "`", "[", "]", "(",
    ")", "](", "![", "[[", "]]", "[[sop:SOP-1#a]]", "[[fact:x]]", "[a](#a)", "- [Yes](#b)\n", "{#a}", "{#b}",
    "Outcome: done\n", "\\", "<", ">", "&", "&amp;", "&#", ";", "\r\n", "\r", "\t", "[id]: /x\n",
    "<https://a.b>", "  \n", "\u2028", "\u00a0", "é", "退款", "שלום",
]  # fmt: skip

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
sources = st.lists(st.one_of(st.sampled_from(MARKS), st.sampled_from(OWN), words), max_size=40).map("".join)
any_text = st.text(max_size=200)

_line = st.text(st.sampled_from("abc déf,.|*_ "), max_size=20)
_titles = st.sampled_from(["Verify", "Refund", "Close", "Verify the buyer", "Notes", "确认", "!!!"])
_sections = st.tuples(st.integers(1, 4), _titles, st.lists(_line, max_size=4))


def _source(parts: list[tuple[int, str, list[str]]]) -> str:
    return "".join(
        f"{'#' * level} {title}\n\n" + "".join(f"{line}\n" for line in body) for level, title, body in parts
    )


documents = st.lists(_sections, max_size=6).map(_source)
