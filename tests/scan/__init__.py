"""`make scan`: other people's tools look at our code and at the running program; what they find is mended or argued."""
