"""The one look of all screens: Streamlit's settings, colours and fonts, for light and dark."""

from streamlit import config

FONT = (
    '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif'
)

# Blue and orange stay apart for every common kind of colour blindness; all read on both grounds.
ACCENT = "#3b7dd8"
WARNING = "#d9730d"
QUIET = "#8791a0"
# Beside the accent where two kinds are drawn together: lighter than it, so that they differ without colour too.
SECOND = "#6cc3d5"
# The ground of the button that decides, under white words on either ground; dark pages' own would be too light for them.
DECIDING = "#2b66b1"

_OPTIONS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [],
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "logger.level": "warning",
    "runner.magicEnabled": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.runOnSave": False,
    "theme.font": FONT,
    "theme.headingFont": FONT,
    "theme.headingFontSizes": ["1.75rem", "1.375rem", "1.125rem"],
    "theme.headingFontWeights": [600, 600, 600],
    "theme.metricValueFontSize": "1.75rem",
    "theme.metricValueFontWeight": 600,
    "theme.paddingTop": "1.5rem",
    "theme.paddingBottom": "3rem",
    "theme.baseRadius": "0.5rem",
    "theme.showWidgetBorder": True,
    "theme.light.primaryColor": DECIDING,
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f4f5f7",
    "theme.light.textColor": "#0b1220",
    "theme.light.borderColor": "#d5d9df",
    "theme.light.orangeColor": "#b85c00",
    "theme.dark.primaryColor": "#9cc4f5",
    "theme.dark.backgroundColor": "#12161c",
    "theme.dark.secondaryBackgroundColor": "#1b2129",
    "theme.dark.textColor": "#e8ebef",
    "theme.dark.borderColor": "#39424e",
    "theme.dark.orangeColor": "#f0a04b",
}

# Text as small as a chart's needs 4.5:1 against the ground (WCAG AA), which no one colour has on both white and black:
# the quiet and the coloured take some of the colour that text has on this ground.
READABLE = (
    "<style>"
    '[data-testid="stVegaLiteChart"] svg :is(.role-axis-label, .role-axis-title, .role-legend-label) text,'
    f' [data-testid="stVegaLiteChart"] svg text[fill="{QUIET}"]'
    " { fill: color-mix(in srgb, currentColor 75%, transparent); }"
    + "".join(
        f' [data-testid="stVegaLiteChart"] svg text[fill="{colour}"]'
        f" {{ fill: color-mix(in srgb, {colour} 70%, currentColor); }}"
        for colour in (ACCENT, WARNING)
    )
    + ' button[data-testid^="stBaseButton-primary"]:not(:disabled)'
    f" {{ background-color: {DECIDING}; border-color: {DECIDING}; color: white; }}"
    ' button[data-testid^="stBaseButton-primary"]:not(:disabled):is(:hover, :active) { filter: brightness(0.9); }'
    # Where nothing hovers, a table's own buttons stand above it all the time: over nothing, if it has room.
    ' @media (hover: none) { [data-testid="stElementContainer"]:has([data-testid="stDataFrame"]) { margin-top: 1.5rem; } }'
    + "</style>"
)


def configure_streamlit() -> None:
    """Set every option in code, so that neither the current folder nor a home folder decides."""
    for option, value in _OPTIONS.items():
        config.set_option(option, value)
