"""A small process beside the server: it notices that the server is stuck, and starts it again.

Nothing inside a process whose Python is stuck can notice it (docs/adr/0012-no-python-in-polars.md).
``supervisor`` is the parent, ``served`` what runs in the child before the server.
"""
