"""Airflow's home folder of the tests, so that none of them writes into the user's."""

from __future__ import annotations

import os
import tempfile

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="eventwire-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
