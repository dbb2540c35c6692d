"""What the data promises.

``events.py`` and ``lineage.py`` hold the codebook's cross-field rules V01 to V40 as predicates over a frame;
``suites.py`` joins them with what follows from the columns of ``schemas/`` into Great Expectations suites, one a
table. ``etl/validate`` runs them.
"""
