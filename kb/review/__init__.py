"""What a postmortem means, checked: findings on the right line, and what the team has been through.

rule          what a rule is; what it finds
subject       what a rule sees of an entry
reading       an entry's bytes -> what rules see
prose         its running text, without code and quotations
told          what the reader of entries has found already, as problems of rules
rules/        the rules, one family a file
changes       which entries a branch added or changed (git)
waivers       findings that an entry allows, with a reason
seen_before   earlier incidents like it, recurrences, duplicates
reviewing     all of it together: entries in, a report out
report        what a review found
reports/      the report in the words of each tool, one format a file

Data flows from the top to the bottom.
"""
