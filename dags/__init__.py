"""When things run: one DAG a file, each task one call into ``etl``. Nothing here decides anything about the data."""
