"""The lock of the record: one for all stores, so that no two threads can wait for each other."""

from threading import RLock

# Re-entrant: the garbage collector may run a finaliser on this very thread that asks a store.
GUARD = RLock()
"""Held while an account is changed or an exchange is written; never while a watcher is told, nor while an
exchange is thrown away."""
