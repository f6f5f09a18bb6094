"""The notebook's app: cells become endpoints of an ASGI app that is already serving."""
