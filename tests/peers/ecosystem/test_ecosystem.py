"""
FastAPI, and packages made for Starlette, run on asgi_nb.web and give the answers that they give on Starlette.

Each script of `apps` runs twice, in an interpreter of its own: once on Starlette, once with `asgi_nb.web` in
its place. It uses a package the way its users do, checks that it does its work at all, and says what it
got. What is meant to differ stands in DIFFERENCES, with the reason.
"""

from importlib.metadata import distributions

import pytest

# Script -> name of the answer -> why it differs.
DIFFERENCES = {
    "correlation_id_answers": {
        "function /stream: log": "a stream begins when the function has returned its response, not before",
    },
    "documented_apps_answers": {
        "routing: GET /two": "Allow names the methods of all routes of the path",
    },
    "documented_layers_answers": {
        "the_rest: config errors": "an error says what to do",
    },
    "documented_messages_answers": {
        "body that is not JSON": "400, as the mistake is the client's",
    },
    "fastapi_more_answers": {
        f"{kind} of 1000": "a body that is too large is answered as the app answers an HTTPException"
        for kind in ("JSON", "file", "raw")
    },
    "opentelemetry_answers": {
        "metrics": "takes the root_path after the request, when a mount has given back the one before it",
    },
    "sentry_answers": {
        f"{app}, endpoint: GET /none": "sentry names it after a class, and that by its module"
        for app in ("starlette", "bare")
    },
    "starsessions_answers": {
        f"{store} function: below a mount": "takes the root_path when the response is sent, after the mount"
        for store in ("memory", "cookie")
    },
}

# Script -> the distribution that it is about.
SCRIPTS = {
    "admin_answers": "starlette-admin",
    "authlib_answers": "authlib",
    "brotli_asgi_answers": "brotli-asgi",
    "correlation_id_answers": "asgi-correlation-id",
    "documented_apps_answers": "starlette",
    "documented_layers_answers": "starlette",
    "documented_messages_answers": "starlette",
    "exporter_answers": "starlette-exporter",
    "fastapi_answers": "fastapi",
    "fastapi_more_answers": "fastapi",
    "instrumentator_answers": "prometheus-fastapi-instrumentator",
    "mcp_answers": "mcp",
    "opentelemetry_answers": "opentelemetry-instrumentation-fastapi",
    "pagination_answers": "fastapi-pagination",
    "sentry_answers": "sentry-sdk",
    "slowapi_answers": "slowapi",
    "sse_starlette_answers": "sse-starlette",
    "starlette_context_answers": "starlette-context",
    "starsessions_answers": "starsessions",
}

INSTALLED = {distribution.name.lower().replace("_", "-") for distribution in distributions()}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("script", SCRIPTS)
def test_it_answers_as_on_starlette(script, run_both):
    if SCRIPTS[script] not in INSTALLED:
        pytest.skip(f"pip install {SCRIPTS[script]}")
    different = DIFFERENCES.get(script, {})

    ours, theirs = run_both(script)

    assert ours["strays"] == [], "a module of Starlette itself was loaded"
    assert theirs["strays"] == [], "a module of asgi_nb was loaded"
    got, expected = ours["answers"], theirs["answers"]
    assert {name for name in got if got[name] != expected.get(name)} == set(different)
    assert list(got) == list(expected)
