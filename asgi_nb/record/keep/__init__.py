"""Traffic kept in an SQLite file, so that it outlives the kernel."""
