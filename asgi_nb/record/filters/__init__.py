"""
One filter language for Python and for the page.

    tea                       full text: method, status, path, headers, error, output, messages, bodies
    "green tea"  /gr[ae]y/    a quotation; a regular expression, without white space; case never matters
    status>=400 path:/api     both; `or` between two means one of them; ( ) group
    -status:200               not; the word `not` as well
    key:value                 holds the value, for numbers and words is it; `=` is it, `!=` is it not
    key>n  >=  <  <=          with units: us ms s m h d for times (ms without), b kb mb kib mib for sizes
    status:4xx  cell:3  kind:ws  state:done  is:error  since:5m  since:14:30  age<5m
    header:x-key              the header is there; header:x-key:part holds it; header:content-type=json
                              is it, or has it as a whole word; header:content-length>1000;
                              header:/^x-/ any name; request-header, response-header, cookie, query likewise

`KEYS` in `filters/keys.py` has every key in a line. In use:

    wanted = Filter.parse("status>=400 route:/items")     # FilterError: .reason .position .end
    wanted.matches(exchange)                              # FilterError when a /regex/ would take too long
    wanted.select(exchanges)                              # a list
    wanted.timed                                          # time alone changes it (age, time, since, is:slow)
    str(wanted)                                           # the canonical text; equal filters compare equal
    complete(text, cursor, store)                         # [Completion(start, end, text, detail)]

A filter keeps no state, so any thread may ask it.
"""

from asgi_nb.record.filters.complete import Completion, complete
from asgi_nb.record.filters.errors import FilterError
from asgi_nb.record.filters.filter import Filter

__all__ = ["Completion", "Filter", "FilterError", "complete"]
