"""The end of a page: what to do about what it showed, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.navigation import ICONS, page_titles, script
from dashboards.reader import require_visitor
from dashboards.roles import sees
from dashboards.words import Words


@dataclass(frozen=True)
class Step:
    """One thing to do, as a sentence, and the page it is done on or seen in, if there is one."""

    sentence: str
    page: str | None = None


def show_next_steps(words: Words, steps: Sequence[Step]) -> None:
    """Show what to do next, each sentence over the link to its page; nothing without a step."""
    if not steps:
        return
    names = page_titles(words)
    # There is no way to a page that is not for the visitor.
    role = require_visitor(words).role
    st.subheader(words("next_steps"), anchor=False)
    for place, step in zip(st.columns(len(steps)), steps, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.markdown(step.sentence)
            if step.page is not None and sees(role, step.page):
                label = words("go_to", page=names[step.page])
                st.page_link(script(step.page), label=label, icon=ICONS[step.page])
