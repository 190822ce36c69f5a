"""操作记录 Change log: who changed what the mall is run by, from what to what?"""

from dataclasses import replace

import streamlit as st

from dashboards.desks import acts_view, platform
from dashboards.desks.acts import MOST_ACTS, Asked, act_log_of_visitor
from dashboards.desks.telling import show_away, show_live
from dashboards.mall import MallAway, Refused, Told
from dashboards.marts import PLATFORM_ROLE
from dashboards.page import business_today, now, open_platform_marts
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "acts")

st.title(words("acts_page"), anchor=False)
log = act_log_of_visitor()
is_platform = visitor.role == PLATFORM_ROLE


def told(asked: Asked, tenant_id: str) -> Told:
    """Return a page of acts, or say why there is none and stop."""
    try:
        return log.of_platform(asked, tenant_id) if is_platform else log.own(asked)
    except (MallAway, Refused) as error:
        show_away(words, error, words("acts_away"))
        st.stop()


with st.container(horizontal=True, vertical_alignment="bottom"):
    tenant = ""
    if is_platform:
        marts = open_platform_marts(words, visitor)
        shops = platform.tenant_ids(marts)
        titles = platform.tenant_names(marts)
        tenant = acts_view.choose(
            words, words("acts_whose"), "tenant", list(shops),
            lambda key: titles[key] if key else words("acts_of_platform"),
        )  # fmt: skip
    first, last = acts_view.choose_days(words, business_today())
    if last < first:
        st.warning(words("acts_days_wrong"), icon=":material/edit:")
        st.stop()
    subject = acts_view.choose_subject(words)
    tenant_id = shops[tenant] if tenant else ""
    asked = Asked(first, last, subject)
    page = told(asked, tenant_id)
    # Who may be asked for are those who did something; of one of them there may be more than of all together.
    actor = acts_view.choose_actor(words, page["acts"])
if actor:
    asked = replace(asked, actor=actor)
    page = told(asked, tenant_id)
show_live(words, now())
st.subheader(acts_view.answer(words, asked, page["acts"]), anchor=False)
if page["next_before"] is not None:
    st.warning(words("acts_more", n=words.count(MOST_ACTS)), icon=":material/filter_alt:")
show_tables(words, [acts_view.table(words, page["acts"])], file=(first, last, tenant or visitor.tenant_id))
