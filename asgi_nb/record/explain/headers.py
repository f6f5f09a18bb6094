"""
Header fields, each in one sentence.

Rule: a line is what the field tells its reader, not how it is spelled; the source says the rest.
"""

# Name as it is usually written -> sentence, source. Source of the names: IANA "HTTP Field Name Registry".
HEADERS: dict[str, tuple[str, str]] = {
    # --- what the client would like
    "Accept": ("Lists the media types the client can use, each with a weight.", "RFC 9110 section 12.5.1"),
    "Accept-Charset": (
        "Listed the charsets a client can read; browsers stopped sending it, as all is UTF-8.",
        "RFC 9110 section 12.5.2",
    ),
    "Accept-Encoding": (
        "Lists the compressions the client can undo, such as gzip and br.",
        "RFC 9110 section 12.5.3",
    ),
    "Accept-Language": (
        "Lists the human languages the reader prefers, in order of weight.",
        "RFC 9110 section 12.5.4",
    ),
    "Accept-Patch": ("Lists the formats of a PATCH that this resource takes.", "RFC 5789 section 3.1"),
    "Accept-Post": ("Lists the formats of a POST that this resource takes.", "LDP 1.0 section 7.1"),
    "Accept-Query": ("Lists the formats of a QUERY that this resource takes.", "RFC 10008"),
    "Accept-Ranges": (
        "Says whether parts of the resource can be asked for, and in which unit.",
        "RFC 9110 section 14.3",
    ),
    "Prefer": (
        "Names optional behaviour the client would like, such as an empty answer.",
        "RFC 7240 section 2",
    ),
    "Preference-Applied": ("Names which of the client's preferences were honoured.", "RFC 7240 section 3"),
    "Priority": (
        "Says how urgently the response is needed, and whether it is useful in pieces.",
        "RFC 9218 section 4",
    ),
    "Expect": (
        "Asks the server to agree before the body is sent; 100-continue is its only value.",
        "RFC 9110 section 10.1.1",
    ),
    "TE": (
        "Lists the transfer codings the client accepts, and whether it takes trailers.",
        "RFC 9110 section 10.1.4",
    ),
    # --- the request and who sends it
    "Host": (
        "Names the host and port the request is meant for, so that one address can serve many sites.",
        "RFC 9110 section 7.2",
    ),
    "User-Agent": ("Names the program that sends the request.", "RFC 9110 section 10.1.5"),
    "From": ("Gives the mail address of the person behind a robot.", "RFC 9110 section 10.1.2"),
    "Referer": (
        "Tells from which page the request was made; the misspelling is part of the standard.",
        "RFC 9110 section 10.1.3",
    ),
    "Origin": (
        "Tells which site's page caused the request: scheme, host and port, without a path.",
        "RFC 6454 section 7; Fetch Standard",
    ),
    "Max-Forwards": (
        "Limits how many proxies may pass a TRACE or OPTIONS request on.",
        "RFC 9110 section 7.6.2",
    ),
    "Via": (
        "Lists the proxies a message came through, with the protocol each one spoke.",
        "RFC 9110 section 7.6.3",
    ),
    "Forwarded": (
        "Carries what a proxy would hide: the client's address, and the host and scheme it used.",
        "RFC 7239 section 4",
    ),
    "X-Forwarded-For": (
        "Lists the addresses of the client and of the proxies behind it; only as true as whoever wrote it.",
        "de facto; RFC 7239 has the standard form",
    ),
    "X-Forwarded-Host": (
        "Gives the Host header as the client sent it to the first proxy.",
        "de facto; RFC 7239 has the standard form",
    ),
    "X-Forwarded-Port": ("Gives the port the client connected to at the first proxy.", "de facto"),
    "X-Forwarded-Prefix": (
        "Gives the start of the path that a proxy took away before it passed the request on.",
        "de facto",
    ),
    "X-Forwarded-Proto": (
        "Tells whether the client spoke http or https with the first proxy.",
        "de facto; RFC 7239 has the standard form",
    ),
    "X-Real-IP": ("Gives the client's address as one proxy saw it.", "de facto, from nginx"),
    "X-Request-ID": (
        "Carries an id that the logs of several services share for one request.",
        "de facto; Trace Context has a standard form",
    ),
    "X-Correlation-ID": ("Carries an id that is the same for all requests of one task.", "de facto"),
    "X-Requested-With": (
        "Marks a request made by a script; a plain form of another site cannot set it.",
        "de facto",
    ),
    "X-HTTP-Method-Override": (
        "Asks the server to treat a POST as another method, for clients that can send no other.",
        "de facto",
    ),
    "Traceparent": (
        "Says which trace and which step of it a request belongs to, across services.",
        "W3C Trace Context section 3.2",
    ),
    "Tracestate": ("Carries what tracing systems add to the traceparent.", "W3C Trace Context section 3.3"),
    "Baggage": ("Carries key-value pairs along with a trace.", "W3C Baggage section 3"),
    "Idempotency-Key": (
        "Lets a client repeat a POST safely: the same key is worked on once only.",
        "draft-ietf-httpapi-idempotency-key-header",
    ),
    "Upgrade-Insecure-Requests": (
        "Says that the client would rather be sent to the https form of the page.",
        "W3C Upgrade Insecure Requests section 3.2",
    ),
    "DNT": (
        "Asked not to be tracked; withdrawn, as few servers cared.",
        "W3C Tracking Preference Expression",
    ),
    "Sec-GPC": ("Asks that personal data is neither sold nor shared.", "W3C Global Privacy Control"),
    "Save-Data": ("Asks for a smaller answer, because bytes cost the reader money.", "Save Data API"),
    "Early-Data": (
        "Says that the request came before the TLS handshake was over, and might be a replay.",
        "RFC 8470 section 5.1",
    ),
    # --- the browser's own notes; scripts cannot set what begins with "Sec-"
    "Sec-Fetch-Dest": (
        "Tells what the browser will use the response as: a document, an image, a script.",
        "W3C Fetch Metadata section 2.1",
    ),
    "Sec-Fetch-Mode": (
        "Tells how the browser asks: as a navigation, with cors, or without.",
        "W3C Fetch Metadata section 2.2",
    ),
    "Sec-Fetch-Site": (
        "Tells whether the request comes from the same site, another one, or a person directly.",
        "W3C Fetch Metadata section 2.3",
    ),
    "Sec-Fetch-User": (
        "Is there when a person's click or key started the navigation.",
        "W3C Fetch Metadata section 2.4",
    ),
    "Sec-Purpose": ("Says that the browser fetches ahead of need, without a reader yet.", "Fetch Standard"),
    "Sec-CH-UA": ("Lists the browser's brands and main versions.", "User-Agent Client Hints section 3.1"),
    "Sec-CH-UA-Mobile": (
        "Says whether the browser prefers a layout for phones.",
        "User-Agent Client Hints section 3.4",
    ),
    "Sec-CH-UA-Platform": (
        "Names the operating system the browser runs on.",
        "User-Agent Client Hints section 3.6",
    ),
    "Accept-CH": ("Asks the browser to send these client hints from now on.", "RFC 8942 section 3.1"),
    # --- who you are
    "Authorization": (
        "Carries the credentials that prove who sends the request; the first word names the scheme.",
        "RFC 9110 section 11.6.2",
    ),
    "Proxy-Authorization": ("Carries the credentials for the proxy on the way.", "RFC 9110 section 11.7.2"),
    "WWW-Authenticate": (
        "Comes with a 401 and says how the client may prove who it is.",
        "RFC 9110 section 11.6.1",
    ),
    "Proxy-Authenticate": (
        "Comes with a 407 and says how the client may log in to the proxy.",
        "RFC 9110 section 11.7.1",
    ),
    "Authentication-Info": (
        "Carries the server's part once a login has succeeded.",
        "RFC 9110 section 11.6.3",
    ),
    "Cookie": (
        "Brings back what the site has stored in this browser, as name=value pairs.",
        "RFC 6265 section 5.4",
    ),
    "Set-Cookie": (
        "Stores one name=value pair in the browser, which sends it back with later requests.",
        "RFC 6265 section 4.1",
    ),
    "X-API-Key": ("Carries a key that says which program is calling.", "de facto"),
    "X-CSRFToken": (
        "Proves that the request comes from the site's own page, by a secret only that page knows.",
        "de facto, from Django",
    ),
    "X-XSRFToken": (
        "Proves that the request comes from the site's own page, by a secret only that page knows.",
        "de facto, from Tornado",
    ),
    # --- the body
    "Content-Type": (
        "Names the media type of the body, and for text its charset.",
        "RFC 9110 section 8.3",
    ),
    "Content-Length": (
        "Tells how many bytes the body has; without it, the end must be marked in another way.",
        "RFC 9110 section 8.6",
    ),
    "Content-Encoding": (
        "Names how the body was compressed; the reader undoes it to get the media type.",
        "RFC 9110 section 8.4",
    ),
    "Content-Language": ("Names the human language the body is meant for.", "RFC 9110 section 8.5"),
    "Content-Location": (
        "Gives the address under which just this form of the resource can be had.",
        "RFC 9110 section 8.7",
    ),
    "Content-Range": ("Tells which bytes of the whole a partial body holds.", "RFC 9110 section 14.4"),
    "Content-Disposition": (
        "Says whether to show the body or to save it, and under which file name.",
        "RFC 6266 section 4",
    ),
    "Content-MD5": ("Carried a checksum of the body; Content-Digest has replaced it.", "RFC 7231 appendix B"),
    "Content-Digest": ("Carries a checksum of the body as it was sent.", "RFC 9530 section 2"),
    "Repr-Digest": (
        "Carries a checksum of the whole resource, whatever part was sent.",
        "RFC 9530 section 3",
    ),
    "Transfer-Encoding": (
        "Says how the body is cut up on this connection; chunked lets it begin before its length is known.",
        "RFC 9112 section 6.1",
    ),
    "Trailer": ("Names the fields that will follow after the body.", "RFC 9110 section 6.6.2"),
    "MIME-Version": (
        "Comes from mail, where it means that MIME is used; HTTP needs it not.",
        "RFC 9112 appendix B.1",
    ),
    # --- caching
    "Cache-Control": (
        "Says who may keep the message, for how long, and when to ask again.",
        "RFC 9111 section 5.2",
    ),
    "Age": ("Tells for how many seconds the response has been in a cache.", "RFC 9111 section 5.1"),
    "Expires": ("Gives the moment from which the response counts as stale.", "RFC 9111 section 5.3"),
    "Pragma": ("Is an old way to say Cache-Control: no-cache in a request.", "RFC 9111 section 5.4"),
    "Warning": ("Noted what a cache was unsure of; no longer in use.", "RFC 9111 section 5.5"),
    "Vary": (
        "Names the request headers this answer depends on, so that a cache keeps the variants apart.",
        "RFC 9110 section 12.5.5",
    ),
    "ETag": (
        "Names this version of the resource; a client that sends it back can be told that nothing changed.",
        "RFC 9110 section 8.8.3",
    ),
    "Last-Modified": ("Tells when the resource was last changed.", "RFC 9110 section 8.8.2"),
    "CDN-Cache-Control": (
        "Is a Cache-Control for caches of a delivery network only.",
        "RFC 9213 section 3.1",
    ),
    "Cache-Status": ("Tells how each cache on the way handled the request.", "RFC 9211 section 2"),
    "Clear-Site-Data": (
        "Asks the browser to forget the site's cache, cookies or storage.",
        "W3C Clear Site Data section 3.1",
    ),
    # --- conditions and ranges
    "If-Match": (
        "Asks to go on only if the resource still has this ETag, so that no foreign change is overwritten.",
        "RFC 9110 section 13.1.1",
    ),
    "If-None-Match": (
        "Asks for the body only if the ETag has changed; else a 304 will do.",
        "RFC 9110 section 13.1.2",
    ),
    "If-Modified-Since": (
        "Asks for the body only if it was changed after this moment; else a 304 will do.",
        "RFC 9110 section 13.1.3",
    ),
    "If-Unmodified-Since": (
        "Asks to go on only if nothing was changed after this moment.",
        "RFC 9110 section 13.1.4",
    ),
    "If-Range": ("Asks for the part if nothing changed, else for the whole.", "RFC 9110 section 13.1.5"),
    "Range": ("Asks for parts of the resource only, such as some of its bytes.", "RFC 9110 section 14.2"),
    # --- the response
    "Date": ("Tells when the message was made.", "RFC 9110 section 6.6.1"),
    "Server": ("Names the program that answered.", "RFC 9110 section 10.2.4"),
    "Allow": ("Lists the methods this resource answers; a 405 must have it.", "RFC 9110 section 10.2.1"),
    "Location": (
        "Gives the address to go to next, or that of what was just created.",
        "RFC 9110 section 10.2.2",
    ),
    "Retry-After": (
        "Tells how long to wait before asking again, in seconds or as a date.",
        "RFC 9110 section 10.2.3",
    ),
    "Refresh": ("Asks the browser to load a page after some seconds.", "HTML Standard, document lifecycle"),
    "Link": (
        "Points to related resources, such as the next page or a style sheet to load early.",
        "RFC 8288 section 3",
    ),
    "Deprecation": ("Tells since when this resource should not be used any more.", "RFC 9745 section 2"),
    "Sunset": ("Tells when this resource is expected to stop answering.", "RFC 8594 section 3"),
    "Server-Timing": (
        "Tells how long the server's steps took; a browser shows it in its network panel.",
        "W3C Server Timing section 3",
    ),
    "X-Process-Time": ("Tells how long the server worked on the request.", "de facto, from FastAPI's manual"),
    "X-Powered-By": ("Names the framework behind the answer; of use to nobody but attackers.", "de facto"),
    "X-Accel-Buffering": (
        "Tells nginx whether to hold the response back; no lets a stream through at once.",
        "nginx, module ngx_http_proxy",
    ),
    "X-Accel-Redirect": ("Tells nginx to send a file of its own in place of the body.", "nginx"),
    "X-Sendfile": ("Tells the web server to send a file in place of the body.", "de facto"),
    "RateLimit": ("Tells how many requests are left for now.", "draft-ietf-httpapi-ratelimit-headers"),
    "RateLimit-Policy": (
        "Tells how many requests are allowed in which time.",
        "draft-ietf-httpapi-ratelimit-headers",
    ),
    "X-RateLimit-Limit": ("Tells how many requests are allowed in one window of time.", "de facto"),
    "X-RateLimit-Remaining": ("Tells how many requests are left in this window of time.", "de facto"),
    "X-RateLimit-Reset": ("Tells when the window of time begins anew.", "de facto"),
    "Alt-Svc": (
        "Names another protocol or port where the same site can be had, such as HTTP/3.",
        "RFC 7838 section 3",
    ),
    "X-Robots-Tag": ("Tells search engines what they may index.", "de facto"),
    "SourceMap": ("Gives the address of the source map of a script or style sheet.", "ECMA-426"),
    "X-DNS-Prefetch-Control": (
        "Says whether the browser may look up the names in links ahead of need.",
        "de facto",
    ),
    # --- the connection
    "Connection": (
        "Lists what concerns this connection only, and whether it stays open.",
        "RFC 9110 section 7.6.1",
    ),
    "Keep-Alive": ("Tells for how long an idle connection stays open.", "RFC 2068 section 19.7.1.1"),
    "Proxy-Connection": ("Is a mistake of old browsers for Connection.", "RFC 9112 appendix C.2.2"),
    "Upgrade": (
        "Asks to speak another protocol on this connection, such as websocket.",
        "RFC 9110 section 7.8",
    ),
    "HTTP2-Settings": ("Carried HTTP/2 settings in an upgrade; no longer in use.", "RFC 7540 section 3.2.1"),
    # --- WebSocket
    "Sec-WebSocket-Key": (
        "Is a random text that the server must answer with its hash, which proves that it speaks WebSocket.",
        "RFC 6455 section 11.3.1",
    ),
    "Sec-WebSocket-Accept": (
        "Is the hash of the client's key: the proof that the server understood the upgrade.",
        "RFC 6455 section 11.3.3",
    ),
    "Sec-WebSocket-Version": ("Names the version of the protocol: 13.", "RFC 6455 section 11.3.5"),
    "Sec-WebSocket-Protocol": (
        "Lists the subprotocols the client can speak, or names the one the server chose.",
        "RFC 6455 section 11.3.4",
    ),
    "Sec-WebSocket-Extensions": (
        "Agrees on extensions, such as the compression of messages.",
        "RFC 6455 section 11.3.2",
    ),
    # --- server-sent events
    "Last-Event-ID": (
        "Tells which event of a stream the client had last, so that it can go on from there.",
        "HTML Standard, server-sent events",
    ),
    # --- other sites (CORS)
    "Access-Control-Allow-Origin": (
        "Names the site whose scripts may read this response; * is every site.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Allow-Credentials": (
        "Says that scripts may read the response even if it was asked for with cookies.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Allow-Headers": (
        "Lists the headers that scripts of another site may send.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Allow-Methods": (
        "Lists the methods that scripts of another site may use.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Expose-Headers": (
        "Lists the response headers that scripts of another site may read.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Max-Age": (
        "Tells for how many seconds the browser may remember what it asked ahead.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Request-Headers": (
        "Lists the headers that the coming request of a script will have.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Request-Method": (
        "Names the method that the coming request of a script will have.",
        "Fetch Standard, CORS protocol",
    ),
    "Access-Control-Request-Private-Network": (
        "Asks whether a public page may reach a server in a private network.",
        "Private Network Access",
    ),
    "Timing-Allow-Origin": (
        "Names the sites whose scripts may see how long the response took in detail.",
        "W3C Resource Timing section 4.5",
    ),
    "Cross-Origin-Opener-Policy": (
        "Says whether pages of other sites may hold on to this page's window.",
        "HTML Standard, cross-origin opener policies",
    ),
    "Cross-Origin-Embedder-Policy": (
        "Says that the page loads nothing of other sites without their consent.",
        "HTML Standard, embedder policies",
    ),
    "Cross-Origin-Resource-Policy": (
        "Says which sites may embed this resource.",
        "Fetch Standard, cross-origin resource policy",
    ),
    # --- safety of a page
    "Content-Security-Policy": (
        "Lists where a page may load scripts, styles and the like from; all else is refused.",
        "Content Security Policy Level 3",
    ),
    "Content-Security-Policy-Report-Only": (
        "Is a policy that is only reported on, to try it out.",
        "Content Security Policy Level 3",
    ),
    "Permissions-Policy": ("Says which abilities of the browser the page may use.", "W3C Permissions Policy"),
    "Referrer-Policy": (
        "Says how much of the page's address other sites get to see.",
        "W3C Referrer Policy section 4.1",
    ),
    "Strict-Transport-Security": (
        "Tells the browser to use nothing but https with this host for so many seconds.",
        "RFC 6797 section 6.1",
    ),
    "X-Content-Type-Options": (
        "With nosniff, keeps the browser from guessing another media type than the one that was sent.",
        "Fetch Standard, nosniff",
    ),
    "X-Frame-Options": (
        "Says whether other pages may show this one in a frame.",
        "HTML Standard, X-Frame-Options",
    ),
    "X-XSS-Protection": ("Switched a filter of old browsers; 0 is the only safe value.", "de facto"),
    "X-Permitted-Cross-Domain-Policies": (
        "Limited what Flash and Acrobat could load.",
        "de facto, from Adobe",
    ),
    "Origin-Agent-Cluster": ("Asks the browser to run this origin apart from its siblings.", "HTML Standard"),
    "Reporting-Endpoints": ("Names the addresses to which the browser sends reports.", "W3C Reporting API"),
    "NEL": ("Asks the browser to report when the network fails.", "W3C Network Error Logging"),
}
