"""The regulator's tutoring filings (辅导备案): the earliest public sign of a mainland IPO."""
