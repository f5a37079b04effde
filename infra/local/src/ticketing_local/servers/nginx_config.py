"""What NGINX is told."""

import grp
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketing_common.testing.ports import has_ipv6_loopback
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.manifests import Route
from ticketing_local.servers import error_pages

_API = "/api"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where to listen, what to serve from where; `inside` is the port for the client's calls."""

    port: int
    inside: int
    routes: Sequence[Route]
    upstreams: Mapping[str, Sequence[int]]  # ports by service
    certificate: tuple[Path, Path] | None = None  # certificate chain and key, for https
    verbose: bool = False


def config(gateway: Gateway, folder: Path) -> str:
    """The whole configuration. Paths in it are relative to the folder, so need no quoting."""
    upstreams = "".join(
        _upstream(service, gateway.upstreams[service])
        for service in sorted({route.service for route in gateway.routes})
    )
    return f"""\
{_user()}daemon off;
pid nginx.pid;
error_log stderr {"info" if gateway.verbose else "warn"};
worker_processes 1;
worker_shutdown_timeout 1s;
events {{ worker_connections 2048; }}

http {{
  access_log off;
  server_tokens off;
  client_body_temp_path buffers/body;
  proxy_temp_path buffers/proxy;
  fastcgi_temp_path buffers/fastcgi;
  uwsgi_temp_path buffers/uwsgi;
  scgi_temp_path buffers/scgi;

  client_max_body_size 1m;
  client_header_timeout 10s;
  client_body_timeout 10s;
  reset_timedout_connection on;

  # A request keeps the id it came with if that is one, and gets one otherwise.
  map $http_x_request_id $request_id_passed_on {{
    "~^[A-Za-z0-9._:-]{{8,128}}$" $http_x_request_id;
    default $request_id;
  }}
{error_pages.KIND}\
  # What the client service says on a visitor's behalf, else what we see ourselves.
  map $http_x_forwarded_proto $forwarded_proto {{
    "" $scheme;
    default $http_x_forwarded_proto;
  }}

  proxy_http_version 1.1;
  proxy_connect_timeout 2s;
  proxy_send_timeout 10s;
  proxy_read_timeout 60s;
  proxy_redirect off;
  # The head of an answer: a redirect to sign in takes along what was typed, up to 6,000 bytes
  # beside the policy and the cookies, and one above NGINX's 4 KB would be a 502.
  proxy_buffer_size 16k;
  proxy_buffers 4 16k;
  proxy_busy_buffers_size 32k;
  # Another replica is asked after no connection or no answer. NGINX does so for GET, PUT and
  # DELETE, which the API lets repeat; never for a POST once a byte of it was sent.
  proxy_next_upstream error timeout;
  proxy_next_upstream_tries 3;
  proxy_next_upstream_timeout 10s;
{upstreams}
  server {{
{_listen(gateway, folder)}
{_proxy_headers("$scheme")}
{error_pages.unreadable()}
{_locations(gateway.routes)}
  }}

  # The same API for the client service, which speaks for a visitor.
  server {{
    listen {LOOPBACK}:{gateway.inside};
{_proxy_headers("$forwarded_proto")}
{error_pages.unreadable()}
{_locations([route for route in gateway.routes if route.path.startswith(_API)])}
  }}
}}
"""


def _user() -> str:
    """Only root may choose; its own name lets the worker into a folder of root's."""
    if os.geteuid() != 0:
        return ""
    return f"user {pwd.getpwuid(0).pw_name} {grp.getgrgid(os.getegid()).gr_name};\n"


def _upstream(service: str, ports: Sequence[int]) -> str:
    # Never given up for a while: on this machine a refusal costs nothing, and a restart is soon.
    servers = "".join(f"    server {LOOPBACK}:{port} max_fails=0;\n" for port in ports)
    # Idle connections are closed before the services close theirs, after 5 s: a POST sent into
    # a connection being closed could not be repeated.
    return f"""
  upstream {service} {{
{servers}    keepalive 32;
    keepalive_timeout 3s;
  }}
"""


def _listen(gateway: Gateway, folder: Path) -> str:
    addresses = [LOOPBACK] + ["[::1]"] * has_ipv6_loopback()
    ssl = " ssl" if gateway.certificate else ""
    lines = [f"    listen {address}:{gateway.port}{ssl};" for address in addresses]
    if gateway.certificate:
        chain, key = gateway.certificate
        lines += [
            f"    ssl_certificate {os.path.relpath(chain, folder)};",
            f"    ssl_certificate_key {os.path.relpath(key, folder)};",
            "    ssl_protocols TLSv1.2 TLSv1.3;",
            "    ssl_session_cache shared:gateway:1m;",
            # Plain http on this port: show the way.
            "    error_page 497 =307 https://$http_host$request_uri;",
        ]
    return "\n".join(lines)


def _proxy_headers(proto: str) -> str:
    headers = {
        "Connection": '""',  # keep it open
        "Host": "$http_host",
        "X-Request-ID": "$request_id_passed_on",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": proto,
        "X-Forwarded-Host": "$http_host",
    }
    return "\n".join(f"    proxy_set_header {name} {value};" for name, value in headers.items())


def _locations(routes: Sequence[Route]) -> str:
    blocks = [_location(route, match) for route in routes for match in _matches(route)]
    return "".join([*blocks, *error_pages.locations()])


def _location(route: Route, match: str) -> str:
    kind = "api" if route.path.startswith(_API) else "page"
    return f"""\
    location {match} {{
      error_page 413 @{kind}_413;
      error_page 502 @{kind}_502;
      error_page 504 @{kind}_504;
      proxy_pass http://{route.service};
    }}
"""


def _matches(route: Route) -> Iterator[str]:
    """Kubernetes compares whole path elements: /api/users is not the start of /api/userspace."""
    path = route.path.rstrip("/")
    if path:
        yield f"= {path}"
    if not route.exact:
        yield f"{path}/"
