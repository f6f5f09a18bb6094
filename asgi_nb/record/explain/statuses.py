"""Status codes, each in one sentence. Source of the codes: IANA "HTTP Status Code Registry"."""

# Code -> phrase, sentence, source.
STATUSES: dict[int, tuple[str, str, str]] = {
    100: (
        "Continue",
        "The head of the request is fine; the client may send the body.",
        "RFC 9110 section 15.2.1",
    ),
    101: (
        "Switching Protocols",
        "The connection now speaks another protocol; a WebSocket begins so.",
        "RFC 9110 section 15.2.2",
    ),
    102: ("Processing", "The server has begun, and will take its time.", "RFC 2518 section 10.1"),
    103: (
        "Early Hints",
        "These links may be loaded while the answer is still being made.",
        "RFC 8297 section 2",
    ),
    104: (
        "Upload Resumption Supported",
        "An upload that breaks off can be taken up again.",
        "draft-ietf-httpbis-resumable-upload",
    ),
    200: ("OK", "It worked; the body is what was asked for.", "RFC 9110 section 15.3.1"),
    201: (
        "Created",
        "It worked and made something new; Location tells where it is.",
        "RFC 9110 section 15.3.2",
    ),
    202: ("Accepted", "The request was taken in and will be worked on later.", "RFC 9110 section 15.3.3"),
    203: (
        "Non-Authoritative Information",
        "It worked, and a proxy has changed the answer on its way.",
        "RFC 9110 section 15.3.4",
    ),
    204: ("No Content", "It worked, and there is nothing to send back.", "RFC 9110 section 15.3.5"),
    205: ("Reset Content", "It worked; the form it came from should be emptied.", "RFC 9110 section 15.3.6"),
    206: ("Partial Content", "The body is the part that Range asked for.", "RFC 9110 section 15.3.7"),
    207: ("Multi-Status", "The body holds a status for each of several resources.", "RFC 4918 section 13"),
    208: ("Already Reported", "This was listed further up in the same answer.", "RFC 5842 section 7.1"),
    226: ("IM Used", "The body is the difference to a version the client has.", "RFC 3229 section 10.4.1"),
    300: ("Multiple Choices", "There are several forms to choose from.", "RFC 9110 section 15.4.1"),
    301: (
        "Moved Permanently",
        "It has moved for good to Location; a POST may turn into a GET there.",
        "RFC 9110 section 15.4.2",
    ),
    302: (
        "Found",
        "It is at Location for now; a POST may turn into a GET there.",
        "RFC 9110 section 15.4.3",
    ),
    303: ("See Other", "Look at Location for the result, with a GET.", "RFC 9110 section 15.4.4"),
    304: (
        "Not Modified",
        "Nothing has changed since the copy the client has; there is no body.",
        "RFC 9110 section 15.4.5",
    ),
    305: ("Use Proxy", "Asked to use a proxy; out of use, because it is unsafe.", "RFC 9110 section 15.4.6"),
    306: ("(Unused)", "Was part of an early draft and is out of use.", "RFC 9110 section 15.4.7"),
    307: (
        "Temporary Redirect",
        "It is at Location for now, to be asked with the same method and body.",
        "RFC 9110 section 15.4.8",
    ),
    308: (
        "Permanent Redirect",
        "It has moved for good to Location, to be asked with the same method and body.",
        "RFC 9110 section 15.4.9",
    ),
    400: (
        "Bad Request",
        "The server cannot read the request, or makes no sense of it.",
        "RFC 9110 section 15.5.1",
    ),
    401: (
        "Unauthorized",
        "The server does not know who is asking; WWW-Authenticate says how to log in.",
        "RFC 9110 section 15.5.2",
    ),
    402: (
        "Payment Required",
        "Something must be paid first; its use is up to each site.",
        "RFC 9110 section 15.5.3",
    ),
    403: (
        "Forbidden",
        "The server understood and refuses; to log in once more does not help.",
        "RFC 9110 section 15.5.4",
    ),
    404: ("Not Found", "There is nothing at this path, or nothing that is shown.", "RFC 9110 section 15.5.5"),
    405: (
        "Method Not Allowed",
        "There is something at this path, but not for this method; Allow lists the others.",
        "RFC 9110 section 15.5.6",
    ),
    406: ("Not Acceptable", "There is no form that the Accept headers allow.", "RFC 9110 section 15.5.7"),
    407: ("Proxy Authentication Required", "The proxy wants a login first.", "RFC 9110 section 15.5.8"),
    408: ("Request Timeout", "The request did not arrive whole in time.", "RFC 9110 section 15.5.9"),
    409: (
        "Conflict",
        "The request does not fit the present state, such as a change by somebody else.",
        "RFC 9110 section 15.5.10",
    ),
    410: ("Gone", "It was here, and will not come back.", "RFC 9110 section 15.5.11"),
    411: ("Length Required", "The server wants a Content-Length.", "RFC 9110 section 15.5.12"),
    412: (
        "Precondition Failed",
        "A condition of the request, such as If-Match, does not hold.",
        "RFC 9110 section 15.5.13",
    ),
    413: ("Content Too Large", "The body is larger than the server takes.", "RFC 9110 section 15.5.14"),
    414: ("URI Too Long", "The address is longer than the server reads.", "RFC 9110 section 15.5.15"),
    415: (
        "Unsupported Media Type",
        "The server does not take bodies of this Content-Type or Content-Encoding.",
        "RFC 9110 section 15.5.16",
    ),
    416: ("Range Not Satisfiable", "The asked-for part lies beyond the end.", "RFC 9110 section 15.5.17"),
    417: ("Expectation Failed", "The server cannot do what Expect asks for.", "RFC 9110 section 15.5.18"),
    418: (
        "(Unused)",
        "Belongs to a joke about teapots, and is kept free because of it.",
        "RFC 9110 section 15.5.19",
    ),
    421: (
        "Misdirected Request",
        "This server does not answer for that host on this connection.",
        "RFC 9110 section 15.5.20",
    ),
    422: (
        "Unprocessable Content",
        "The body could be read, but what it says is not valid: a field is missing or wrong.",
        "RFC 9110 section 15.5.21",
    ),
    423: ("Locked", "Somebody else has locked the resource.", "RFC 4918 section 11.3"),
    424: ("Failed Dependency", "It depended on another step that failed.", "RFC 4918 section 11.4"),
    425: (
        "Too Early",
        "The request might be a replay, and should be sent again later.",
        "RFC 8470 section 5.2",
    ),
    426: (
        "Upgrade Required",
        "The server wants another protocol, which Upgrade names.",
        "RFC 9110 section 15.5.22",
    ),
    428: ("Precondition Required", "The server wants a condition, such as If-Match.", "RFC 6585 section 3"),
    429: (
        "Too Many Requests",
        "The client has asked too often; Retry-After says how long to wait.",
        "RFC 6585 section 4",
    ),
    431: (
        "Request Header Fields Too Large",
        "The headers are larger than the server reads.",
        "RFC 6585 section 5",
    ),
    451: ("Unavailable For Legal Reasons", "The law forbids to show it.", "RFC 7725 section 3"),
    500: (
        "Internal Server Error",
        "The server failed, mostly by an exception that nobody caught.",
        "RFC 9110 section 15.6.1",
    ),
    501: ("Not Implemented", "The server knows no such method.", "RFC 9110 section 15.6.2"),
    502: ("Bad Gateway", "The server behind this one gave no proper answer.", "RFC 9110 section 15.6.3"),
    503: (
        "Service Unavailable",
        "The server cannot answer just now; Retry-After may say when.",
        "RFC 9110 section 15.6.4",
    ),
    504: ("Gateway Timeout", "The server behind this one did not answer in time.", "RFC 9110 section 15.6.5"),
    505: (
        "HTTP Version Not Supported",
        "The server does not speak this version of HTTP.",
        "RFC 9110 section 15.6.6",
    ),
    506: (
        "Variant Also Negotiates",
        "The server's choice of forms leads in a circle.",
        "RFC 2295 section 8.1",
    ),
    507: ("Insufficient Storage", "There is no room to store it.", "RFC 4918 section 11.5"),
    508: ("Loop Detected", "The server went in a circle and gave up.", "RFC 5842 section 7.2"),
    510: ("Not Extended", "The request lacked an extension; out of use.", "RFC 2774 section 7"),
    511: (
        "Network Authentication Required",
        "The network wants a login first, as in a hotel.",
        "RFC 6585 section 6",
    ),
}

# First digit -> what a client makes of a code of that class it does not know. Source: RFC 9110 section 15.
CLASSES: dict[int, str] = {
    1: "The request goes on, and the real answer is yet to come.",
    2: "It worked.",
    3: "The client has to do something more, mostly to go elsewhere.",
    4: "The request is at fault, and the same one will fail again.",
    5: "The server is at fault, and the same request may work later.",
}

METHODS: dict[str, tuple[str, str]] = {
    "GET": ("Asks for what is at the path and changes nothing.", "RFC 9110 section 9.3.1"),
    "HEAD": ("Asks for what a GET would answer, but without the body.", "RFC 9110 section 9.3.2"),
    "POST": (
        "Hands data to what is at the path; sent twice, it may act twice.",
        "RFC 9110 section 9.3.3",
    ),
    "PUT": (
        "Puts the body in the place of what is at the path; twice is as good as once.",
        "RFC 9110 section 9.3.4",
    ),
    "DELETE": ("Removes what is at the path; twice is as good as once.", "RFC 9110 section 9.3.5"),
    "CONNECT": ("Asks a proxy for a tunnel to another host.", "RFC 9110 section 9.3.6"),
    "OPTIONS": (
        "Asks what may be done at the path; browsers ask so before a script's request to another site.",
        "RFC 9110 section 9.3.7",
    ),
    "TRACE": ("Asks to get the request back as it arrived.", "RFC 9110 section 9.3.8"),
    "PATCH": ("Changes a part of what is at the path.", "RFC 5789 section 2"),
    "QUERY": ("Asks with a body and changes nothing.", "RFC 10008"),
}
