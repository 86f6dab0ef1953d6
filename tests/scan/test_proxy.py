"""The proxy of the deploying guide asks for TLS 1.2 or newer; `make scan` starts it and looks."""

from tests.scan.proxy import documented_server


def test_the_documented_proxy_takes_no_older_tls() -> None:
    server = documented_server()

    assert "ssl_protocols TLSv1.2 TLSv1.3;" in server
