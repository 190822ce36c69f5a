"""What is done about a licence: seeing its alert, renewing it, putting right what was written down wrongly."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks.licences import LicenceDesk
from dashboards.desks.licences_view import kind_name
from dashboards.desks.telling import act
from dashboards.words import Words

_DAY = timedelta(days=1)


def show_licence_desk(words: Words, desk: LicenceDesk, rows: pd.DataFrame) -> None:
    """Let a licence be chosen and something be done about it."""
    st.subheader(words("licence_desk"), anchor=False)
    keys = [str(key) for key in rows["licence_id"]]
    names = {
        key: f"{kind_name(words, str(kind))} · {number}"
        for key, kind, number in zip(keys, rows["kind"], rows["licence_number"], strict=True)
    }
    chosen = str(
        st.selectbox(
            words("licence"),
            keys,
            keys.index(from_address("licence", keys, keys[0])),
            lambda key: names[key],
            key="licence",
        )
    )
    to_address("licence", chosen, keys[0])
    row = rows[rows["licence_id"] == chosen].iloc[0]
    if row["is_open"] and not row["is_seen"]:
        if st.button(words("licence_see"), icon=":material/visibility:", key="licence_see"):
            act(words, lambda: _seen(words, desk, str(row["alert_id"])))
            st.rerun()
    elif row["is_seen"]:
        st.caption(words("licence_seen_by", name=row["seen_by"]))
    renew, correct = st.columns(2)
    with renew:
        _show_renewal(words, desk, row)
    with correct:
        _show_correction(words, desk, str(chosen), row)


def _show_renewal(words: Words, desk: LicenceDesk, row: pd.Series) -> None:
    last: date = row["expires_date"].date()
    with st.form("licence_renewal"):
        st.markdown(f"**{words('licence_renew')}**")
        number = st.text_input(words("licence_number"), max_chars=100, key="renewal_number")
        holder = st.text_input(
            words("licence_holder"), value=row["holder"], max_chars=200, key="renewal_holder"
        )
        first: date = st.date_input(words("valid_from"), last + _DAY, key="renewal_from")
        until: date = st.date_input(words("valid_until"), _years_on(last, 5), key="renewal_until")
        if st.form_submit_button(words("licence_register"), icon=":material/add:"):
            if not number.strip() or not holder.strip():
                st.warning(words("licence_say_number"), icon=":material/edit:")
                return
            kind = str(row["kind"])
            act(words, lambda: _renewed(words, desk, kind, number.strip(), holder.strip(), first, until))
            st.rerun()


def _show_correction(words: Words, desk: LicenceDesk, licence_id: str, row: pd.Series) -> None:
    with st.form(f"correction_{licence_id}"):
        st.markdown(f"**{words('licence_correct')}**")
        holder = st.text_input(
            words("licence_holder"), value=row["holder"], max_chars=200, key=f"holder_{licence_id}"
        )
        first: date = st.date_input(words("valid_from"), row["valid_from"].date(), key=f"from_{licence_id}")
        last: date = st.date_input(
            words("valid_until"), row["expires_date"].date(), key=f"until_{licence_id}"
        )
        reason = st.text_input(words("paper_reason"), max_chars=500, key=f"why_{licence_id}")
        if st.form_submit_button(words("licence_put_right"), icon=":material/edit:"):
            if not reason.strip() or not holder.strip():
                st.warning(words("licence_say_why"), icon=":material/edit:")
                return
            act(
                words,
                lambda: _corrected(words, desk, licence_id, holder.strip(), first, last, reason.strip()),
            )
            st.rerun()


def _seen(words: Words, desk: LicenceDesk, alert_id: str) -> str:
    desk.acknowledge(alert_id)
    return words("licence_was_seen")


def _renewed(
    words: Words, desk: LicenceDesk, kind: str, number: str, holder: str, first: date, last: date
) -> str:
    desk.register(kind, number, holder, first, last)
    return words("licence_was_registered")


def _corrected(
    words: Words, desk: LicenceDesk, licence_id: str, holder: str, first: date, last: date, reason: str
) -> str:
    desk.correct(licence_id, holder, first, last, reason)
    return words("licence_was_corrected")


def _years_on(day: date, years: int) -> date:
    # 29 February is clamped.
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
