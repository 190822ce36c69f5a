"""The leaves of the hash chain: what of a row is hashed, and how it is written down before.

A leaf is the SHA-256 of these bytes, so that no two different rows are written alike:

    transfer  'T' 01 · tenant · transfer · kind · member · redemption? · reference? · reverses? · reason?
              · effective_at · recorded_at · lot? · int4 number of entries · the entries in order of entry_no
    lot       the one the transfer opened: int8 issued_points · active_from · expires_on? · recorded_at
    entry     int2 entry_no · account · lot? · int8 amount · int8? balance_after
    outbox    'O' 01 · tenant · outbox · topic · subject · payload · recorded_at

Where words of people were given, their hash stands in their place, and 02 in that of 01:

    transfer  'T' 02 · tenant · transfer · kind · member · redemption? · words · reverses? · effective_at · … as above
    outbox    'O' 02 · tenant · outbox · topic · subject · payload · words · recorded_at
    words     SHA-256 of: salt (16 bytes) · reference? · reason?, or of: salt · the words of a message
              as PostgreSQL prints them; an erasure takes salt and words and leaves the hash

An identifier is its 16 bytes; an integer is big-endian in the width given; text is its length in bytes as an
int4 and then its UTF-8; a time is an int8 of microseconds since 2000-01-01 UTC, a date an int4 of days since
that day; a payload is the text that PostgreSQL prints of it. What may be missing (?) is 00 without a value,
and 01 and the value with one. What is left of a lot changes and is not part of it.

The expressions run in the server and use nothing but its built-in functions, so nobody can change them there.
"""


def _text(column: str) -> str:
    # The databases are UTF-8, so the length in the server's encoding is that of the UTF-8.
    return f"int4send(octet_length({column})) || convert_to({column}, 'UTF8')"


def _optional(column: str, written: str) -> str:
    return f"case when {column} is null then '\\x00'::bytea else '\\x01'::bytea || {written} end"


# Of the row `e` of mall.entry.
_ENTRY = (
    "int2send(e.entry_no) || uuid_send(e.account_id)"
    f" || {_optional('e.lot_id', 'uuid_send(e.lot_id)')}"
    " || int8send(e.amount)"
    f" || {_optional('e.balance_after', 'int8send(e.balance_after)')}"
)

_LOT = (
    "int8send(l.issued_points) || timestamptz_send(l.active_from)"
    f" || {_optional('l.expires_on', 'date_send(l.expires_on)')}"
    " || timestamptz_send(l.recorded_at)"
)

# What an erasure leaves in the place of words: of the row `t` of mall.transfer, and of `o` of mall.outbox.
TRANSFER_WORDS = (
    f"sha256(uuid_send(t.salt) || {_optional('t.reference', _text('t.reference'))}"
    f" || {_optional('t.reason', _text('t.reason'))})"
)
OUTBOX_WORDS = f"sha256(uuid_send(o.salt) || {_text('o.words::text')})"

_PLAIN_TRANSFER = (
    f"{_optional('t.reference', _text('t.reference'))}"
    f" || {_optional('t.reverses_id', 'uuid_send(t.reverses_id)')}"
    f" || {_optional('t.reason', _text('t.reason'))}"
)
_SALTED_TRANSFER = (
    f"coalesce(t.words_hash, {TRANSFER_WORDS}) || {_optional('t.reverses_id', 'uuid_send(t.reverses_id)')}"
)
# Of the row `t` of mall.transfer; `m` with its entry_count (int), its entries written down, and
# opens_lot; `l`, the row of mall.lot that OPENED_LOT joins.
TRANSFER_LEAF = (
    "sha256(case when num_nonnulls(t.salt, t.words_hash) = 0 then '\\x5401'::bytea else '\\x5402'::bytea end"
    " || uuid_send(t.tenant_id) || uuid_send(t.transfer_id)"
    f" || {_text('t.kind')} || uuid_send(t.member_id)"
    f" || {_optional('t.redemption_id', 'uuid_send(t.redemption_id)')}"
    f" || case when num_nonnulls(t.salt, t.words_hash) = 0 then {_PLAIN_TRANSFER} else {_SALTED_TRANSFER} end"
    " || timestamptz_send(t.effective_at) || timestamptz_send(t.recorded_at)"
    f" || {_optional('l.lot_id', _LOT)}"
    " || int4send(m.entry_count) || m.entries)"
)
# A lot is looked up only for the few transfers that open one.
OPENED_LOT = (
    "left join lateral (select * from mall.lot l where m.opens_lot and l.tenant_id = t.tenant_id"
    " and l.account_id = t.member_id and l.lot_id = t.transfer_id) l on true"
)
# Of the entries `e` of one transfer.
MOVED = (
    "count(*)::int as entry_count, bool_or(e.lot_id = e.transfer_id) as opens_lot,"
    f" string_agg({_ENTRY}, ''::bytea order by e.entry_no) as entries"
)

# Of the row `o` of mall.outbox.
OUTBOX_LEAF = (
    "sha256(case when num_nonnulls(o.salt, o.words_hash) = 0 then '\\x4f01'::bytea else '\\x4f02'::bytea end"
    " || uuid_send(o.tenant_id) || uuid_send(o.outbox_id)"
    f" || {_text('o.topic')} || uuid_send(o.subject_id)"
    f" || {_text('o.payload::text')}"
    f" || case when num_nonnulls(o.salt, o.words_hash) = 0 then '' else coalesce(o.words_hash, {OUTBOX_WORDS}) end"
    " || timestamptz_send(o.recorded_at))"
)
