"""The magics: each parses its line, calls one function of the kit, and returns what that gives."""
