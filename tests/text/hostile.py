"""Sources that are slow to parse, each as a function of its length; found by measuring Python-Markdown and bleach."""

from collections.abc import Callable


def repeated(unit: str, run: int | None = None) -> Callable[[int], str]:
    """`unit` again and again; with `run`, a blank line after every so many characters."""
    if run is None:
        return lambda length: (unit * (length // len(unit) + 1))[:length]
    block = unit * max(1, run // len(unit)) + "\n\n"
    return lambda length: (block * (length // len(block) + 1))[:length]


PARAGRAPH = 18_000
PATTERNS: dict[str, Callable[[int], str]] = {
    **{repr(unit): repeated(unit) for unit in ["![", *"[*_`<&\\#|=> \n"]},
    **{
        f"{unit!r} in paragraphs": repeated(unit, PARAGRAPH)
        for unit in (
            "*a ", "a*", "a** ", "*a **b ", "**a_b ", "_a ", "`a", "<a ", "<http://", "<a@b ", "&a", "&amp;", "&#1",
            "\\*", "[a](", "[a](b ", '[a](b "c" ', "[a][", "[a]", "[[a]", "[a](b)", "[a](b(c))", "[a](((", "![a](b)",
            "![a](/media/b)", "[[a:b]]", "**[", "a  \n", "> a\n", "- a\n", "1. a\n", "- a\n1. b\n", "---\n", "- # a\n",
            "> # a\n", "> ---\n", "- > a\n", "[a]:\n", "[a]: b\n", "Outcome: a\n", "- [a](#b)\n", "* ", "- ", "-  ",
            "_  ", "a" + " " * 5000, "1", "-", "退款", "{#a}", "<http://a>",
        )
    },
    **{
        f"{unit!r} in lines": repeated(unit)
        for unit in (
            "a\n\n", "- a\n\n", "> a\n\n", "a\n> b\n\n", "## a\n\n", "# *a*\n", "# a {#a}\n", "a\n===\n\n", ":::note\n",
            ":::note\na\n:::\n",
            ":::sensitive\n## a\n", ":::only a=b\n", "```\n",
            "> " * 19 + "a\n\n",
            "- " * 19 + "a\n", "- > " * 9 + "a\n", "- a\n\n    b\n\n", "- a\n    - b\n", "# " + " " * 9000 + "a\n",
            "# a" + " \t" * 4000 + "b\n",
            "|a|b|\n|-|-|\n|c|d|\n\n", "[a]: /b\n\n", "[a]:" + " " * 5000 + "x" + " " * 5000 + "y\n\n",
        )
    },
    "nested brackets": lambda length: "[" * (length // 2) + "]" * (length // 2),
    "nested bold": lambda length: ("*a **b " * 1000 + "b** a* " * 1000 + "\n\n") * (length // 14_000),
    "long table": lambda length: "|a|b|\n|-|-|\n" + "|a|b|\n" * (length // 6),
    "wide table": lambda length: "|" + "a|" * 90 + "\n|" + "-|" * 90 + "\n" + "a\n" * (length // 2 - 300),
    "very wide table": lambda length: ("|" + "a|" * (length // 6) + "\n|" + "-|" * (length // 6) + "\n") + "a\n" * 99,
    "stairs": lambda length: "".join(" " * 4 * (step % 19) + "- a\n" for step in range(length // 40)),
    "loose stairs": lambda length: "".join(" " * 4 * (step % 19) + "- a\n\n" for step in range(length // 41)),
    "quote stairs": lambda length: "".join(">" * (step % 19 + 1) + "a\n\n" for step in range(length // 13)),
    "growing fences": lambda length: "".join("`" * (step % 300 + 3) + "\n" for step in range(length // 155)),
    "growing ticks": lambda length: "".join("`" * (step % 180 + 1) + "a" for step in range(length // 91)),
}  # fmt: skip
