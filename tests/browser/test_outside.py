"""The other tests say that no page asks another host: a page that does is noticed, and gets nothing."""

import pytest

from .conftest import EMPTY

# the same server under a name of its own: a host that is not the site's, and answers
ASKS = {
    "fetch": """address => fetch(address, { mode: "no-cors" }).then(() => "arrived", () => "stopped")""",
    "image": """address => new Promise(done => {
        const image = new Image();
        [image.onload, image.onerror] = [() => done("arrived"), () => done("stopped")];
        image.src = address;
    })""",
    "script": """address => new Promise(done => {
        const script = document.createElement("script");
        [script.onload, script.onerror] = [() => done("arrived"), () => done("stopped")];
        script.src = address;
        document.head.append(script);
    })""",
    "worker": """address => new Promise(done => {
        const code = `fetch("${address}", { mode: "no-cors" })
            .then(() => postMessage("arrived"), () => postMessage("stopped"))`;
        const worker = new Worker(URL.createObjectURL(new Blob([code])));
        worker.onmessage = ({ data }) => done(data);
    })""",
    "socket": """address => new Promise(done => {
        const socket = new WebSocket(address.replace("http", "ws"));
        [socket.onopen, socket.onclose] = [() => done("arrived"), () => done("stopped")];
    })""",
}
FILES = {"image": "favicon.svg", "script": "clipboard.min.js"}


@pytest.mark.parametrize("way", ASKS)
def test_a_request_to_another_host_is_noticed_and_stopped(visitors, way):
    one = visitors("wide")
    page = one.open(EMPTY)
    address = f"{one.base}/_static/{FILES.get(way, 'doctools.js')}"
    elsewhere = address.replace("127.0.0.1", "localhost")
    assert one.outside == []
    assert page.evaluate(ASKS[way], elsewhere) == "stopped"
    (noticed,) = one.outside
    assert noticed.endswith(elsewhere.replace("http", "ws") if way == "socket" else elsewhere)


@pytest.mark.parametrize("way", [way for way in ASKS if way != "socket"])
def test_a_request_to_the_site_arrives_and_is_no_matter(visitors, way):
    one = visitors("wide")
    page = one.open(EMPTY)
    address = f"{one.base}/_static/{FILES.get(way, 'doctools.js')}"
    assert page.evaluate(ASKS[way], address) == "arrived"
    assert (one.errors, one.outside) == ([], [])
