"""Pictures of traffic: one layout in shapes, and a writer for each form."""
