"""The form of a piece: its sections, written as a plan, drawn from a model, found in the notes."""
