"""The web application over a `kb.KnowledgeBase`; it arrives with a change of its own."""
