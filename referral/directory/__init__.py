"""Staff pages and commands over the resources directory."""
