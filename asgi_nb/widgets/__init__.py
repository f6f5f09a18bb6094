"""What the notebook shows live: anywidget front ends, and the feed that streams the store to them."""
