"""A local copy of the Shanghai exchange's review interface and of the regulator's tutoring page.

`ipo-monitor demo` plays a season on it; the tests use it as the other side of the wire. Loopback only.
"""
