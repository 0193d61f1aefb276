"""The pages that people read, one file a part of the site."""
