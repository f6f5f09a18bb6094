"""One sentence for each header, status code, method, close code, opcode and ASGI message."""
