"""Finding entries: from what a person types to ranked, counted and highlighted results."""
