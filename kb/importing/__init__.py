"""Other people's documents -> entries: what a team has already is read, nothing is invented.

Getting at a document and understanding it are two things with one seam, `source`:

    source              what a reader hands on: SourceDocument, Failure
    sources             files, folders, globs, standard input, addresses -> documents
    places              which files a source stands for, and which are left out
    fetching            a web page by its address
    original            bytes -> text, or why they are none
    recognition         what a text is, by what it holds
    readers/            one reader a format: Markdown, HTML, Statuspage, CSV

    reading             a document -> a postmortem, with a reason for every value
    entry_files         postmortems -> entry files, written once and updated with care
    report              what was found, guessed and missing, for people

Behind the seam everything is Markdown, fields of text, and line numbers of the original.
"""
