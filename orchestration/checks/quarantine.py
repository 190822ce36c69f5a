"""Whether so much lies in quarantine that what is left no longer tells how the mall is."""

from orchestration.landing.batches import row_count
from orchestration.landing.quarantine import read_quarantine
from orchestration.settings import DataFolder

# A few wrong rows are set aside and told; this share of a view is a fault of the whole.
_LARGEST_SHARE = 0.05
_FEWEST_ROWS = 100


def overfull(folder: DataFolder, number: int) -> list[str]:
    """Return a sentence for each view of which too much lies in quarantine after a batch."""
    found = []
    for view, rules in read_quarantine(folder.quarantine, number).rows.items():
        count, landed = sum(rules.values()), row_count(folder.landing, view)
        if count >= _FEWEST_ROWS and count > _LARGEST_SHARE * (count + landed):
            most = max(rules, key=lambda rule: rules[rule])
            found.append(
                f"{count:,} rows of {view} lie in quarantine beside {landed:,} landed ones, mostly as {most}"
            )
    return found
