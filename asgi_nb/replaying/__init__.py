"""Send again what was recorded, and say what has changed since."""
