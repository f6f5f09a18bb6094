"""The kernel's loop is made re-entrant with the first wait that needs it, and never before."""

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

ROUTE = "%%asgi_route GET /kernel/{n:int} --on kernel\nawait asyncio.sleep(0.01)\nreturn {'n': n}"

NESTED = "(hasattr(asyncio, '_nest_patched'), 'nest_asyncio2' in sys.modules)"


def test_nothing_is_patched_before_a_cell_needs_it(fresh_kernel):
    fresh_kernel.ok("import asyncio, sys")
    fresh_kernel.ok("%%asgi_route GET /server\nreturn 1")
    fresh_kernel.ok(ROUTE)
    fresh_kernel.ok("asgi_nb.serve()\nasgi_nb.request('GET /server')\nasgi_nb.client.get('/server')")
    assert fresh_kernel.value(NESTED) == (False, False)

    fresh_kernel.ok("asgi_nb.request('GET /kernel/1')")

    assert fresh_kernel.value(NESTED) == (True, True)


def test_the_older_nest_asyncio_may_have_come_first(fresh_kernel):
    if fresh_kernel.run("import nest_asyncio").error:
        pytest.skip("nest_asyncio is not installed beside this kernel")
    fresh_kernel.ok("import asyncio\nnest_asyncio.apply()\nasgi_nb.serve()")
    fresh_kernel.ok(ROUTE)

    first = fresh_kernel.start("print(asgi_nb.request('GET /kernel/6').json())")
    second = fresh_kernel.start("print('second')")

    assert fresh_kernel.finish(first).stdout == "{'n': 6}\n"
    assert fresh_kernel.finish(second).stdout == "second\n"
    assert fresh_kernel.value("hasattr(asyncio, '_nest_asyncio2')") is True
