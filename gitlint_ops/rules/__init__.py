"""Rules: cards, their selection, and the engine that judges objects and documents by them."""
