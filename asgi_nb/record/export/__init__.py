"""An exchange taken elsewhere: one file per format, and one list of the ones that give code."""
