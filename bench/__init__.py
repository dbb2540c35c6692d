"""Ratios measured side by side in one run; no absolute gates, because a shared machine's clock proves nothing."""
