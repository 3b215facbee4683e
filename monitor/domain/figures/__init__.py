"""Fundraising figures read out of offering documents: right with page and quote, or absent.

Rule: pure; text and table cells in, records out. Start with `read.read_figures`.
"""
