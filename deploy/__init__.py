"""Running Eventwire: the sample run, the laptop's Airflow, the checks, and what containers need."""
