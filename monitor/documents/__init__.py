"""Files to pages: PDF in a sandboxed child process, text with page marks in this one.

Rule: nothing here knows what a figure is; `monitor.domain.figures` knows nothing of files.
"""
