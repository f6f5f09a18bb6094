import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, probe } from "../../../asgi_nb/widgets/js/src/reach.js";

const told = { name: "me", port: 8000, local_url: "http://127.0.0.1:8000/", guess: "http://127.0.0.1:8000/", prefix: "" };
const hub = { ...told, guess: "/user/ada/proxy/8000/", prefix: "/user/ada/proxy/8000" };

test("a page on this machine tries the port, then the proxy", () => {
  const here = { href: "http://localhost:8888/lab", base: "/" };
  assert.deepEqual(candidates({ ...told, prefix: "/proxy/8000" }, here), [
    "http://127.0.0.1:8000/",
    "http://localhost:8888/proxy/8000/",
  ]);
});

test("a page from elsewhere tries the proxy alone", () => {
  const here = { href: "https://hub.example/user/ada/lab", base: "/user/ada/" };
  assert.deepEqual(candidates(hub, here), ["https://hub.example/user/ada/proxy/8000/"]);
  assert.deepEqual(candidates(told, { href: "https://notebooks.example/x", base: "" }), []);
});

test("a page below a name that a tunnel gave finds the proxy by the page's own base", () => {
  const here = { href: "https://abc.tunnel.example/j/lab", base: "/j/" };
  assert.deepEqual(candidates({ ...told, prefix: "/proxy/8000" }, here), [
    "https://abc.tunnel.example/j/proxy/8000/",
    "https://abc.tunnel.example/proxy/8000/",
  ]);
});

test("a page that is no web page tries nothing", () => {
  assert.deepEqual(candidates(told, { href: "vscode-webview://x/index.html", base: "" }), []);
});

test("the first address where this very server answers is it", async () => {
  const answers = {
    "http://a/_asgi_nb/health": () => Promise.reject(new TypeError("refused")),
    "http://b/_asgi_nb/health": () => new Response("somebody else"),
    "http://c/_asgi_nb/health": () => new Response("me", { status: 500 }),
    "http://d/_asgi_nb/health": () => new Response("me"),
  };
  const ask = async (url) => answers[url]();
  assert.equal(await probe(["http://a/", "http://b/", "http://c/", "http://d/"], "me", ask), "http://d/");
  assert.equal(await probe(["http://a/", "http://b/"], "me", ask), null);
});
