"""Reads what a page says and shows, as a person would."""

import pandas as pd
from streamlit.testing.v1 import AppTest


def said(app: AppTest) -> str:
    assert not app.exception
    blocks = [app.subheader, app.markdown, app.caption, app.info, app.warning, app.success, app.error]
    return "\n".join(str(block.value) for kind in blocks for block in kind)


def frame_with(app: AppTest, column: str) -> pd.DataFrame:
    (frame,) = [one.value for one in app.dataframe if column in one.value]
    return frame
