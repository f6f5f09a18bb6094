"""The background server: one loop thread per process, and a uvicorn behind each socket."""
