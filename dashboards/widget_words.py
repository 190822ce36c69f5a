"""Streamlit's own words in the reader's language: it speaks English alone, to the eye and to screen readers."""

import json

import streamlit as st

from dashboards.words import Words

_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
# The words stay with the window and the watcher reads them anew, so that another choice of language counts for what
# is there already. Where Streamlit writes a text on the screen it is looked for in these places alone: the same word
# may be somebody's name elsewhere.
_SCRIPT = """<script>
(() => {
  const language = %(language)s;
  if ((window.pointmartLanguage ??= language) !== language) {
    // What was chosen before would stand in boxes in the former language.
    const here = new URL(location);
    here.searchParams.set("lang", language);
    return location.replace(here);
  }
  document.documentElement.lang = %(tag)s;
  window.pointmartWords = %(words)s;
  const places = '[data-testid="stFileUploaderDropzone"] button, [data-testid="InputInstructions"],'
    + ' [data-testid="stSkipToMain"], a[href^="#"], [role="listbox"]';
  const say = (node) => {
    const told = window.pointmartWords[node.data.trim()];
    if (told && node.parentElement?.closest(places)) node.data = told;
  };
  const name = (element) => {
    for (const kind of ["aria-label", "title"]) {
      // Of several tables and charts each button says whose it is: "Search: Rows".
      const [own, ...whose] = (element.getAttribute(kind) ?? "").split(": ");
      const told = window.pointmartWords[own];
      if (told) element.setAttribute(kind, [told, ...whose].join(": "));
    }
  };
  const tell = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return say(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    name(root);
    root.querySelectorAll("[aria-label], [title]").forEach(name);
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) say(texts.currentNode);
  };
  tell(document.body);
  if (window.pointmartWatcher) return;
  window.pointmartWatcher = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(tell);
      else if (change.type === "attributes") name(change.target);
      else say(change.target);
    }
  });
  window.pointmartWatcher.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "title"],
  });
})();
</script>"""
# How much a file may weigh is told in English only; what it must be stands in its label.
_WITHOUT_SIZE = '<style>[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }</style>'


def show_in_language(words: Words) -> None:
    """Have the page and Streamlit's own words on it read, shown and pronounced in the reader's language."""
    own, other = _own_words(words), _own_words(Words("en" if words.language == "zh" else "zh"))
    english = own if words.language == "en" else other
    # A word that stood for itself would be written again for ever.
    told = {key: own[name] for name in own for key in {english[name], other[name]} - {own[name]}}
    script = _SCRIPT % {
        "language": json.dumps(words.language),
        "tag": json.dumps(_LANGUAGE_TAGS[words.language]),
        "words": json.dumps(told, ensure_ascii=False),
    }
    st.html(_WITHOUT_SIZE + script, unsafe_allow_javascript=True)


def _own_words(words: Words) -> dict[str, str]:
    """Return Streamlit's words by a name; the English ones are as Streamlit writes them."""
    return {
        "pages": words("widget_pages"),
        "columns": words("widget_columns"),
        "picture": words("widget_picture"),
        "search": words("widget_search"),
        "fullscreen": words("widget_fullscreen"),
        "close_fullscreen": words("widget_close_fullscreen"),
        "help": words("widget_help"),
        "open": words("widget_open"),
        "more": words("widget_more"),
        "less": words("widget_less"),
        "menu": words("widget_menu"),
        "close_menu": words("widget_close_menu"),
        "clear": words("widget_clear"),
        "upload": words("widget_upload"),
        "skip": words("widget_skip"),
        "enter": words("widget_enter"),
        "enter_form": words("widget_enter_form"),
        "nothing": words("widget_nothing"),
    }
