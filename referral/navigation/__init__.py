"""The pages of navigators: to-dos and contact attempts."""
