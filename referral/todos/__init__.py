"""Things a named person must do next."""
