"""What a postmortem means, checked: findings on the right line, and what the team has been through.

What a rule is and sees:
rule, report     what rules find, and what a review found
subject          what a rule sees of an entry; `reading` makes it, `prose`, `said`, `written`
                 and `links_of` are views of its text
told             what the reader of entries has found already, as problems of rules
rules/           the rules, one family a file; `secrets`, `files` and `online` serve some

From entries to a report:
choice           which rules apply, and how much each weighs
named_paths      the files that somebody names; `changes` (by `git`) those that a branch changed
ids              which entries have an id
examining        one entry in, its findings out; `examining_many` in several processes
waivers          findings that an entry allows, with a reason
masking          what no report may show
inherited        what the base had already; `baseline` what a team knows of
seen_before      earlier incidents like it, recurrences, duplicates
reviewing        all of it together

What comes of it:
reports/         the report in the words of each tool; `columns` in each tool's units
fixing, fixes    the safe changes, made in the files
schema           the front matter as a JSON Schema, for editors
"""
