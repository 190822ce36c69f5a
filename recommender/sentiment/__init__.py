"""Whether what people write is negative, neutral or positive: learnt from labelled texts, and kept as data."""
