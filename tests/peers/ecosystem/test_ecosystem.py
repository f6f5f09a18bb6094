"""
FastAPI, and packages made for Starlette, run on asgi_nb.web and give the answers that they give on Starlette.

Each script of `apps` runs twice, in an interpreter of its own: once on Starlette, once with `asgi_nb.web` in
its place. It uses a package the way its users do, checks that it does its work at all, and says what it
got. What is meant to differ stands in DIFFERENCES, with the reason.
"""

import importlib.util

import pytest

# Script -> name of the answer -> why it differs.
DIFFERENCES = {
    "sentry_answers": {
        f"{app}, endpoint: GET /none": "sentry names it after a class, and that by its module"
        for app in ("starlette", "bare")
    },
}

# Script -> the package that it is about.
SCRIPTS = {
    "brotli_asgi_answers": "brotli_asgi",
    "fastapi_answers": "fastapi",
    "instrumentator_answers": "prometheus_fastapi_instrumentator",
    "sentry_answers": "sentry_sdk",
    "slowapi_answers": "slowapi",
    "sse_starlette_answers": "sse_starlette",
    "starlette_context_answers": "starlette_context",
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("script", SCRIPTS)
def test_it_answers_as_on_starlette(script, run_both):
    if importlib.util.find_spec(SCRIPTS[script]) is None:
        pytest.skip(f"pip install {SCRIPTS[script]}")
    different = DIFFERENCES.get(script, {})

    ours, theirs = run_both(script)

    assert ours["strays"] == [], "a module of Starlette itself was loaded"
    assert theirs["strays"] == [], "a module of asgi_nb was loaded"
    got, expected = ours["answers"], theirs["answers"]
    assert {name for name in got if got[name] != expected.get(name)} == set(different)
    assert list(got) == list(expected)
