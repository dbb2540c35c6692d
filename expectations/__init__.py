"""What the data promises.

``columns.py`` derives expectations from the columns of ``schemas/``; ``events.py`` and ``lineage.py`` hold the codebook's
cross-field rules V01 to V40 as predicates over a frame; ``suites.py`` joins both into Great Expectations suites, one a
table. ``etl/validate`` runs them.
"""
