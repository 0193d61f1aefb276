"""One reader for each format: an `Original` in, `SourceDocument`s out."""
