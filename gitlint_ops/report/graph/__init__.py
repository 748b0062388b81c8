"""The delivery graph in the formats that people and tools read."""
